using System.Diagnostics.CodeAnalysis;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Statements;

namespace Provenance.Watcher.Runs.Recorded;

/// <summary>The image that a container ran, as the kubelet recorded it in <c>imageID</c>: where it was pulled from, and its manifest's digest.</summary>
/// <param name="Uri">The repository, <c>oci://host/repository</c>.</param>
/// <param name="Digest">The digest of the manifest.</param>
internal sealed record PulledImage(string Uri, DigestSet Digest)
{
    /// <summary>
    /// Reads an <c>imageID</c>: <c>repository@digest</c>, with or without a scheme such as <c>docker-pullable://</c>. A digest alone is that
    /// of the configuration of an image loaded into the node and stands for no manifest.
    /// </summary>
    public static bool TryRead(string? imageId, [NotNullWhen(true)] out PulledImage? image, [NotNullWhen(false)] out string? problem)
    {
        image = null;
        problem = null;
        int scheme = imageId?.IndexOf("://", StringComparison.Ordinal) ?? -1;
        var rest = scheme < 0 ? imageId.AsSpan() : imageId.AsSpan(scheme + 3);
        if (rest.Length is 0)
        {
            problem = "no image was recorded (it was never pulled, or the kubelet did not say).";
        }
        else if (rest.StartsWith("sha256:", StringComparison.Ordinal))
        {
            problem = $"its image is known by a local id only ({rest}), which is no manifest digest.";
        }
        else if (Reference.TryParse(rest, out var reference) && reference.Digest is { } digest)
        {
            image = new PulledImage($"oci://{reference.Registry}/{reference.Repository}", DigestSet.Of(digest));
        }
        else
        {
            problem = $"its image \"{imageId}\" has no valid digest.";
        }

        return image is not null;
    }
}
