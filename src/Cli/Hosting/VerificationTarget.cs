using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Statements;
using Provenance.Attestor.Verifying;

namespace Provenance.Cli.Hosting;

/// <summary>What is to be verified, and where the evidence about it may be.</summary>
internal sealed class VerificationTarget : IAsyncDisposable
{
    private StoreConnection? store;

    private VerificationTarget(Digest subject, string? name, IReadOnlyList<EvidenceSource> evidence)
    {
        Subject = subject;
        Name = name;
        Evidence = evidence;
    }

    /// <summary>The artifact's digest: computed from a file, resolved from a reference, or as typed.</summary>
    public Digest Subject { get; }

    /// <summary>The image's repository; null for files and digests.</summary>
    public string? Name { get; }

    public IReadOnlyList<EvidenceSource> Evidence { get; }

    /// <summary>What a reader of the verdict should know about the target; null where there is nothing to say.</summary>
    public string? Remark { get; private init; }

    /// <summary>Finds out what the target is. Without a layout no store is asked, which takes a connection.</summary>
    public static async Task<VerificationTarget> ResolveAsync(
        string target,
        string? bundle,
        string? repository,
        DataLayout? layout,
        Verification verification,
        CancellationToken cancellationToken)
    {
        var chosen = new List<EvidenceSource>();
        if (bundle is not null)
        {
            chosen.Add(new OfferedEvidence(bundle, await SmallFile.ReadAsync(bundle, "bundle", Bundle.MaximumSize, cancellationToken)));
        }

        if (repository is not null)
        {
            chosen.Add(new RegistryEvidence(verification.Registries.Repository(ParseReference("--repository", repository))));
        }

        if (Digest.TryParse(target, out var digest))
        {
            return await WithStoreAsync(digest, chosen, layout, verification, cancellationToken);
        }

        if (File.Exists(target))
        {
            var enclosed = chosen.Count is 0 ? await TryReadBundleAsync(target, cancellationToken) : null;
            if (enclosed is not null && IsBundleName(target))
            {
                return new VerificationTarget(enclosed.Subject, null, [new OfferedEvidence(target, enclosed.Content)])
                {
                    Remark = "This says who signed the bundle and for which digest; verify the artifact itself with: provenance verify FILE --bundle BUNDLE",
                };
            }

            await using var file = File.OpenRead(target);
            string? remark = enclosed is null ? null : "The file holds a bundle, but was verified as an artifact. To see what a bundle says, name it *.sigstore.json.";
            return await WithStoreAsync(await Digest.OfAsync(file, cancellationToken), chosen, layout, verification, cancellationToken, remark);
        }

        if (Directory.Exists(target))
        {
            throw new CommandException(ExitCodes.Usage, $"{target} is a folder; name an image, a file, a digest or a bundle.");
        }

        if (!target.Contains('/', StringComparison.Ordinal) && target.Split(':')[0] is "sha256" or "sha512")
        {
            // As a reference it would be a tag of the image library/sha256 on Docker Hub, which nobody means.
            throw new CommandException(ExitCodes.Usage, $"{target} is no file and no digest. A digest is written algorithm:hex, in full and in lower case.");
        }

        if (target.Contains('.', StringComparison.Ordinal) && target.AsSpan().IndexOfAny('/', ':', '@') < 0)
        {
            // Docker Hub would be asked for it, and hardly anybody means that by app.tar.gz.
            throw new CommandException(ExitCodes.Usage, $"There is no file {target}. If an image is meant, name its registry, as in docker.io/library/{target}.");
        }

        var reference = ParseReference(target, target);
        var subjectDigest = reference.Digest ?? await ResolveTagAsync(verification, reference, cancellationToken);
        return new VerificationTarget(subjectDigest, reference.Name, chosen.Count > 0 ? chosen : [new RegistryEvidence(verification.Registries.Repository(reference))])
        {
            Remark = reference.Digest is null ? $"The tag now names {subjectDigest}; use the digest, as a tag can be moved." : null,
        };
    }

    public ValueTask DisposeAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>A digest alone names no registry: the store of the data folder knows where its attestations are.</summary>
    private static async Task<VerificationTarget> WithStoreAsync(
        Digest subject,
        List<EvidenceSource> chosen,
        DataLayout? layout,
        Verification verification,
        CancellationToken cancellationToken,
        string? remark = null)
    {
        if (chosen.Count > 0)
        {
            return new VerificationTarget(subject, null, chosen);
        }

        if (layout is null)
        {
            throw new CommandException(
                ExitCodes.Usage, $"Where is the evidence about {subject}? With --offline the data folder's store is not asked, which takes a connection: name a bundle with --bundle, or a repository with --repository.");
        }

        var store = await StoreConnection.OpenAsync(layout, cancellationToken)
            ?? throw new CommandException(ExitCodes.Usage, $"Where is the evidence about {subject}? Name a repository with --repository, a bundle with --bundle, or a data folder with --data.");
        var found = await LookupClient.AskAsync(store.Address, subject.ToString(), cancellationToken);
        var repositories = found.MadeBy.SelectMany(static a => a.References).Select(static r => r[..r.IndexOf('@', StringComparison.Ordinal)]).Distinct(StringComparer.Ordinal);
        var evidence = repositories.Select(r => (EvidenceSource)new RegistryEvidence(verification.Registries.Repository(Reference.Parse($"{store.Registry}/{r}"))));
        return new VerificationTarget(subject, null, [.. evidence]) { store = store, Remark = remark };
    }

    private static Reference ParseReference(string what, string text) =>
        Reference.TryParse(text, out var reference, out string? problem)
            ? reference
            : throw new CommandException(ExitCodes.Usage, $"{what} is no file, no digest and no image reference: {problem}.");

    private static async Task<Digest> ResolveTagAsync(Verification verification, Reference reference, CancellationToken cancellationToken)
    {
        var found = await verification.Registries.Repository(reference).ResolveAsync(reference.TagOrDigest, cancellationToken);
        return found?.Digest ?? throw new CommandException(ExitCodes.NoEvidence, $"There is no {reference} in its registry.");
    }

    /// <summary>
    /// Whether whoever typed the name means a bundle. The content cannot decide it: an artifact that was exchanged for any genuine bundle
    /// would be verified by what that bundle says of something else.
    /// </summary>
    private static bool IsBundleName(string path) =>
        ((string[])[".sigstore.json", ".sigstore", ".bundle", "bundle.json"]).Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a file is a bundle about something else, rather than an artifact of its own.</summary>
    private static async Task<EnclosedBundle?> TryReadBundleAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).Length > Bundle.MaximumSize)
        {
            return null;
        }

        byte[] content = await SmallFile.ReadAsync(path, "bundle", Bundle.MaximumSize, cancellationToken);
        try
        {
            var statement = StatementReader.Read(Bundle.Parse(content).Envelope.Payload);
            return statement.Subjects.Select(static s => s.Digest?.ContentDigest).FirstOrDefault(static d => d is not null) is { } subject ? new EnclosedBundle(content, subject) : null;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }

    private sealed record EnclosedBundle(byte[] Content, Digest Subject);
}
