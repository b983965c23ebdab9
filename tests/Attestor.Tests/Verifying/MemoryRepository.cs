using System.Text;
using System.Text.Json.Nodes;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;

namespace Provenance.Attestor.Tests.Verifying;

/// <summary>A repository in memory whose every answer a test can replace.</summary>
internal sealed class MemoryRepository : IRepository
{
    private readonly Dictionary<Digest, byte[]> manifests = [];
    private readonly Dictionary<Digest, byte[]> blobs = [];
    private readonly Dictionary<string, Digest> tags = [];

    public string Name => "registry.example.com/release/app";

    public List<Descriptor> Referrers { get; } = [];

    /// <summary>Called before every answer; may throw.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    public Digest AddReferrer(params byte[][] layers) => AddReferrer("application/vnd.dev.sigstore.bundle.v0.3+json", layers);

    public Digest AddReferrer(string layerType, params byte[][] layers)
    {
        var digest = AddManifest(layerType, layers);
        Referrers.Add(new Descriptor { MediaType = MediaTypes.Manifest, Digest = digest, Size = manifests[digest].Length });
        return digest;
    }

    public void AddTag(string tag, string layerType, params byte[][] layers) => tags[tag] = AddManifest(layerType, layers);

    /// <summary>A tag with one envelope, once for each set of annotations, as cosign's older layout has them.</summary>
    public void AddTag(string tag, byte[] envelope, params JsonObject[] annotations)
    {
        var manifest = (JsonObject)JsonNode.Parse(manifests[AddManifest("application/vnd.dsse.envelope.v1+json", [.. annotations.Select(_ => envelope)])])!;
        for (int i = 0; i < annotations.Length; i++)
        {
            manifest["layers"]![i]!["annotations"] = annotations[i];
        }

        AddTag(tag, Encoding.UTF8.GetBytes(manifest.ToJsonString()), envelope);
    }

    /// <summary>A tag with exactly this manifest.</summary>
    public void AddTag(string tag, byte[] manifest, byte[] layer)
    {
        blobs[Digest.Of(layer)] = layer;
        manifests[Digest.Of(manifest)] = manifest;
        tags[tag] = Digest.Of(manifest);
    }

    public void RemoveBlobs() => blobs.Clear();

    public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken)
    {
        Before("resolve");
        return Task.FromResult(tags.TryGetValue(tagOrDigest, out var digest)
            ? new Descriptor { MediaType = MediaTypes.Manifest, Digest = digest, Size = manifests[digest].Length }
            : null);
    }

    public Task<FetchedManifest?> FetchManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        Before("manifest " + digest);
        return Task.FromResult(manifests.TryGetValue(digest, out byte[]? content)
            ? new FetchedManifest(new Descriptor { MediaType = MediaTypes.Manifest, Digest = digest, Size = content.Length }, content)
            : null);
    }

    public Task<byte[]?> FetchBlobAsync(Digest digest, long maximumSize, CancellationToken cancellationToken)
    {
        Before("blob " + digest);
        return Task.FromResult(blobs.GetValueOrDefault(digest));
    }

    public async Task<IReadOnlyList<Descriptor>> FetchReferrersAsync(Digest subject, CancellationToken cancellationToken)
    {
        Before("referrers");
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Referrers;
    }

    public Task<IReadOnlyList<Descriptor>> FindReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A verifier reads every place.");

    public Task PushBlobAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Descriptor> PushManifestAsync(string mediaType, ReadOnlyMemory<byte> content, string? tag, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private Digest AddManifest(string layerType, byte[][] layers)
    {
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["layers"] = new JsonArray([.. layers.Select(layer => (JsonNode)new JsonObject
            {
                ["mediaType"] = layerType,
                ["digest"] = Digest.Of(layer).ToString(),
                ["size"] = layer.Length,
            })]),
        };
        foreach (byte[] layer in layers)
        {
            blobs[Digest.Of(layer)] = layer;
        }

        byte[] content = Encoding.UTF8.GetBytes(manifest.ToJsonString());
        manifests[Digest.Of(content)] = content;
        return Digest.Of(content);
    }
}
