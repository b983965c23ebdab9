using System.Runtime.CompilerServices;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Verifying;

/// <summary>
/// Attestations stored with an artifact: the referrers whose one layer is a bundle, and the layers of cosign's older tag
/// <c>sha256-….att</c>. Artifact types, annotations and <c>subject</c> fields are hints for the order only.
/// </summary>
/// <param name="repository">The repository that holds the artifact.</param>
public sealed class RegistryEvidence(IRepository repository) : EvidenceSource
{
    /// <summary>How many referrers, and how many layers under the older tag, are looked at.</summary>
    public const int MaximumCandidates = 100;

    private const string EnvelopeMediaType = "application/vnd.dsse.envelope.v1+json";

    /// <inheritdoc/>
    internal override async IAsyncEnumerable<EvidenceFinding> FindAsync(Digest subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var finding in FindReferrersAsync(subject, cancellationToken).ConfigureAwait(false))
        {
            yield return finding;
        }

        await foreach (var finding in FindTaggedAsync(subject, cancellationToken).ConfigureAwait(false))
        {
            yield return finding;
        }
    }

    private async IAsyncEnumerable<EvidenceFinding> FindReferrersAsync(Digest subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string source = $"{repository.Name}@{subject} (referrers)";
        var (referrers, problem) = await TryAsync(source, null, async Task<IReadOnlyList<Descriptor>?> () =>
            await repository.FetchReferrersAsync(subject, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (problem is not null)
        {
            yield return problem;
        }

        if (referrers is null)
        {
            yield break;
        }

        var ordered = referrers
            .DistinctBy(static referrer => referrer.Digest)
            .OrderByDescending(static referrer => referrer.ArtifactType?.StartsWith(Bundle.MediaTypePrefix, StringComparison.Ordinal) is true)
            .ThenBy(static referrer => referrer.Digest.ToString(), StringComparer.Ordinal)
            .ToList();
        foreach (var referrer in ordered.Take(MaximumCandidates))
        {
            yield return await FetchReferrerAsync(referrer, cancellationToken).ConfigureAwait(false);
        }

        if (ordered.Count > MaximumCandidates)
        {
            yield return Error(VerdictCodes.EvidenceLimit, source, null, $"{source} has {ordered.Count} entries; {MaximumCandidates} were looked at.");
        }
    }

    private async Task<EvidenceFinding> FetchReferrerAsync(Descriptor referrer, CancellationToken cancellationToken)
    {
        string source = $"{repository.Name}@{referrer.Digest}";
        var (manifest, problem) = await TryAsync(source, referrer.Digest, () => repository.FetchManifestAsync(referrer.Digest, cancellationToken)).ConfigureAwait(false);
        if (problem is not null)
        {
            return problem;
        }

        if (manifest is null)
        {
            return Fail(VerdictCodes.EvidenceMissing, source, referrer.Digest, $"{source} is listed as a referrer, but there is no such manifest.");
        }

        if (ReadLayers(manifest.Content) is not [{ } layer] || !layer.MediaType.StartsWith(Bundle.MediaTypePrefix, StringComparison.Ordinal))
        {
            return Fail(VerdictCodes.NotEvidence, source, referrer.Digest, $"{source} does not consist of exactly one layer with a Sigstore bundle.");
        }

        return await FetchLayerAsync(layer, source, CandidateKind.Bundle, cancellationToken).ConfigureAwait(false);
    }

    private async IAsyncEnumerable<EvidenceFinding> FindTaggedAsync(Digest subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string tag = $"{subject.Algorithm}-{subject.Hex}.att";
        string source = $"{repository.Name}:{tag}";
        var (manifest, problem) = await TryAsync(source, null, async () =>
        {
            var descriptor = await repository.ResolveAsync(tag, cancellationToken).ConfigureAwait(false);
            return descriptor is null ? null : await repository.FetchManifestAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (problem is not null)
        {
            yield return problem;
        }

        if (manifest is null)
        {
            yield break;
        }

        var layers = ReadLayers(manifest.Content);
        if (layers is null)
        {
            yield return Fail(VerdictCodes.NotEvidence, source, manifest.Descriptor.Digest, $"{source} is no manifest with layers.");
            yield break;
        }

        var envelopes = layers
            .Where(static layer => layer.MediaType is EnvelopeMediaType)
            .OrderBy(static layer => layer.Digest.ToString(), StringComparer.Ordinal)
            .ToList();
        foreach (var layer in envelopes.Take(MaximumCandidates))
        {
            yield return await FetchLayerAsync(layer, $"{source} layer {layer.Digest}", CandidateKind.Envelope, cancellationToken).ConfigureAwait(false);
        }

        if (envelopes.Count > MaximumCandidates)
        {
            yield return Error(VerdictCodes.EvidenceLimit, source, null, $"{source} has {envelopes.Count} layers; {MaximumCandidates} were looked at.");
        }
    }

    private async Task<EvidenceFinding> FetchLayerAsync(Descriptor layer, string source, CandidateKind kind, CancellationToken cancellationToken)
    {
        if (layer.Size is < 0 or > Bundle.MaximumSize)
        {
            return Fail(VerdictCodes.Limit, source, layer.Digest, $"The evidence in {source} has {layer.Size} bytes; at most {Bundle.MaximumSize} are read.");
        }

        var (content, problem) = await TryAsync(source, layer.Digest, () => repository.FetchBlobAsync(layer.Digest, Bundle.MaximumSize, cancellationToken)).ConfigureAwait(false);
        if (problem is not null)
        {
            return problem;
        }

        return content is null
            ? Fail(VerdictCodes.EvidenceMissing, source, layer.Digest, $"{source} names the blob {layer.Digest}, but there is no such blob.")
            : new Candidate(source, kind, content) { Annotations = kind is CandidateKind.Envelope ? layer.Annotations : null };
    }

    // Unsigned: it only says where the evidence is, so a field that is missing or odd just means that there is none.
    private static List<Descriptor>? ReadLayers(byte[] manifest)
    {
        try
        {
            using var document = StrictJson.ParseObject(manifest, "manifest");
            var layers = StrictJson.Get(document.RootElement, "layers", JsonValueKind.Array, "manifest");
            var read = new List<Descriptor>(layers.GetArrayLength());
            foreach (var layer in layers.EnumerateArray())
            {
                if (layer.ValueKind is not JsonValueKind.Object
                    || !Digest.TryParse(StrictJson.GetText(layer, "digest", "layer"), out var digest)
                    || !StrictJson.Get(layer, "size", JsonValueKind.Number, "layer").TryGetInt64(out long size))
                {
                    return null;
                }

                read.Add(new Descriptor
                {
                    MediaType = StrictJson.GetText(layer, "mediaType", "layer"),
                    Digest = digest,
                    Size = size,
                    Annotations = StrictJson.Find(layer, "annotations", JsonValueKind.Object, "layer") is { } annotations ? ReadAnnotations(annotations) : null,
                });
            }

            return read;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }

    private static Dictionary<string, string> ReadAnnotations(JsonElement annotations) => annotations.EnumerateObject()
        .Where(static annotation => annotation.Value.ValueKind is JsonValueKind.String)
        .ToDictionary(static annotation => annotation.Name, static annotation => annotation.Value.GetString()!, StringComparer.Ordinal);

    private static async Task<(T? Value, CandidateReport? Problem)> TryAsync<T>(string source, Digest? digest, Func<Task<T?>> fetch)
        where T : class
    {
        try
        {
            return (await fetch().ConfigureAwait(false), null);
        }
        catch (RegistryException e)
        {
            string code = e.Code switch
            {
                "UNAUTHORIZED" or "DENIED" => VerdictCodes.FetchUnauthorized,
                "DIGEST_LIE" => VerdictCodes.DigestLie,
                "LIMIT" when digest is null => VerdictCodes.EvidenceLimit,
                "LIMIT" => VerdictCodes.Limit,
                _ => VerdictCodes.FetchFailed,
            };
            return (null, Error(code, source, digest, e.Message));
        }
    }

    private static CandidateReport Fail(string code, string source, Digest? digest, string message) =>
        new() { Source = source, Digest = digest, Outcome = VerdictOutcome.Fail, Code = code, Message = message };

    private static CandidateReport Error(string code, string source, Digest? digest, string message) =>
        Fail(code, source, digest, message) with { Outcome = VerdictOutcome.Error };
}
