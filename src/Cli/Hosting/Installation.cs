using System.Security.Cryptography;
using Provenance.Attestor.Signing;
using Provenance.Attestor.Signing.References;
using Spectre.Console;

namespace Provenance.Cli.Hosting;

/// <summary>The key and the builder id of a data folder; both are made on the first start, and said so.</summary>
/// <param name="Key">The key; null where the identity of a workload signs.</param>
/// <param name="BuilderId">Who builds.</param>
internal sealed record Installation(OpenedSigner? Key, string BuilderId)
{
    /// <summary>Opens a folder for signing without a key.</summary>
    public static Installation OpenWithoutKey(DataLayout layout, string? builderId, IAnsiConsole console) =>
        new(null, OpenBuilderId(layout, builderId, RandomNumberGenerator.GetHexString(32, lowercase: true), console));

    public static async Task<Installation> OpenAsync(DataLayout layout, string? keyReference, string? builderId, IAnsiConsole console, CancellationToken cancellationToken)
    {
        var key = keyReference is null ? OpenOwnKey(layout, console) : await SigningKey.OpenAsync(keyReference, cancellationToken);
        console.WriteLine($"signing     key sha256:{key.Signer.PublicKey.Fingerprint}");
        return new Installation(key, OpenBuilderId(layout, builderId, key.Signer.PublicKey.Fingerprint[..32], console));
    }

    /// <summary>Puts the public half of the key in use where verifiers are told to find it. Only the process that owns the folder may do so.</summary>
    public Task PublishKeyAsync(DataLayout layout, CancellationToken cancellationToken) =>
        Key is null ? Task.CompletedTask : File.WriteAllTextAsync(layout.PublicKey, Key.Signer.PublicKey.ToPem(), cancellationToken);

    private static OpenedSigner OpenOwnKey(DataLayout layout, IAnsiConsole console)
    {
        MemoryDumps.Forbid();
        if (!File.Exists(layout.Key))
        {
            KeyFile.Generate(layout.Key, passphrase: null);
            console.WriteLine($"new key     {layout.Key}  (made just now, not encrypted, readable by you alone; --key uses one of yours)");
        }

        var loaded = KeyFile.LoadSigner(layout.Key, Passphrases.ForReading);
        if (loaded.Problems.Count > 0)
        {
            // We made it readable by its owner alone. A folder that came with a checkout or an archive may hold a key that others know.
            loaded.Signer.Dispose();
            throw new CommandException(ExitCodes.Usage, $"{loaded.Problems[0]} Only do so if it was made on this machine; a key that came with other files is not yours.");
        }

        return new OpenedSigner(loaded.Signer, loaded.Problems);
    }

    private static string OpenBuilderId(DataLayout layout, string? builderId, string uniqueName, IAnsiConsole console)
    {
        // A crash may have left the file empty, which is as good as none.
        builderId ??= File.Exists(layout.BuilderId) && File.ReadAllText(layout.BuilderId).Trim() is { Length: > 0 } kept ? kept : null;
        if (builderId is null)
        {
            // Names this folder's key or nothing at all, so that no two installations share it and nobody takes it for a platform.
            builderId = $"urn:provenance:local:{uniqueName}";
            File.WriteAllText(layout.BuilderId, builderId + "\n");
            console.WriteLine($"new builder {builderId}  (made just now; --builder-id says which platform this is)");
            return builderId;
        }

        console.WriteLine($"builder     {builderId}");
        return builderId;
    }
}
