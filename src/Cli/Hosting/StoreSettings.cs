using System.Net;
using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Blobs.S3;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Serving;
using Provenance.ArtifactStore.Space;
using Provenance.ArtifactStore.Upstreams;

namespace Provenance.Cli.Hosting;

/// <summary>How a store serves; what the command line does not say comes from the file, and what neither says from here.</summary>
internal sealed record StoreSettings
{
    /// <summary>Where it listens.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 5000);

    /// <summary>What of its content survives a crash of the machine.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>The server's certificate with its chain, and its key, in PEM; null to serve in the clear.</summary>
    public (string Certificate, string Key)? Tls { get; init; }

    /// <summary>The authorities of client certificates, in PEM; null to ask for none.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>Who may do what; null to leave everything to everybody.</summary>
    public AccessOptions? Access { get; init; }

    /// <summary>How much it may hold, and when it lets go of what.</summary>
    public SpaceOptions Space { get; init; } = new();

    /// <summary>The object store that holds the blobs; null for the data folder.</summary>
    public S3Options? S3 { get; init; }

    /// <summary>The registries that are mirrored.</summary>
    public IReadOnlyList<Upstream> Upstreams { get; init; } = [];

    /// <summary>How often all blobs are read again; null for never.</summary>
    public TimeSpan? ScrubInterval { get; init; }

    /// <summary>How many bytes are read again in a second, at most.</summary>
    public long ScrubRate { get; init; } = 50_000_000;

    /// <summary>Whether a line is written for each request.</summary>
    public bool AccessLog { get; init; } = true;

    /// <summary>How long running requests may take to end once the store is told to.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether it may serve in the clear beyond this machine.</summary>
    public bool InsecureWithoutTls { get; init; }

    /// <summary>Whether it may serve everybody beyond this machine.</summary>
    public bool InsecureWithoutAuthentication { get; init; }

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLocal => IPAddress.IsLoopback(Listen.Address);

    /// <summary>How the store keeps its content in a folder.</summary>
    public ArtifactStoreOptions StoreIn(string folder) => new() { Folder = folder, Durability = Durability, Space = Space, S3 = S3, Upstreams = Upstreams };

    /// <summary>Refuses to give content or credentials away by mistake.</summary>
    /// <exception cref="CommandException">What is missing, and how to say that it is meant.</exception>
    public StoreSettings Checked()
    {
        if (Tls is null && ClientAuthorities is not null)
        {
            throw new CommandException(ExitCodes.Usage, "Client certificates need TLS. Add --tls-cert and --tls-key.");
        }

        bool asksNobody = Access is null || (!InsecureWithoutAuthentication && LetsEverybodyWrite(Access));
        var missing = new List<string>();
        if (!IsLocal && asksNobody && !InsecureWithoutAuthentication)
        {
            missing.Add("without knowing who writes: add --htpasswd, --client-ca or access rules in --config, or --insecure-without-authentication if everybody may write");
        }

        if (!IsLocal && Tls is null && !InsecureWithoutTls)
        {
            missing.Add("in the clear: add --tls-cert and --tls-key, or --insecure-without-tls if something in front of it speaks TLS");
        }

        return missing.Count is 0
            ? this
            : throw new CommandException(ExitCodes.Usage, $"{Listen} can be reached from other machines. The store does not serve there {string.Join(", and not ", missing)}.");
    }

    private static bool LetsEverybodyWrite(AccessOptions access) => access.Rules.Any(static rule =>
        rule.Subjects.Contains(SubjectMatch.Everyone) && rule.Rights.Any(static right => right is not AccessAction.Read));
}
