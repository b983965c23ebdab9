using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Envelopes;

namespace Provenance.Attestor.Bundles;

/// <summary>Reads the referrer manifests by which registries tie bundles to subjects (cosign's layout: exactly one layer, the bundle).</summary>
public static class BundleManifest
{
    /// <summary>The digest of the bundle; null where the manifest is that of something else.</summary>
    public static Digest? FindBundle(ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var document = StrictJson.ParseObject(manifest, "manifest");
            var layers = StrictJson.Get(document.RootElement, "layers", JsonValueKind.Array, "manifest");
            return layers.GetArrayLength() is 1
                && layers[0].ValueKind is JsonValueKind.Object
                && StrictJson.GetText(layers[0], "mediaType", "layer").StartsWith(Bundle.MediaTypePrefix, StringComparison.Ordinal)
                && Digest.TryParse(StrictJson.GetText(layers[0], "digest", "layer"), out var digest)
                ? digest
                : null;
        }
        catch (EvidenceException)
        {
            return null;
        }
    }
}
