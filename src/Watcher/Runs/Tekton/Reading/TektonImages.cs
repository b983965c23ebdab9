using System.Text.Json;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Tekton.Reading;

/// <summary>Reads which images the steps and sidecars ran and which remote definitions the steps had, as the kubelet and Tekton recorded them.</summary>
internal static class TektonImages
{
    private static readonly KeyValuePair<string, string>[] ObservedByControlPlane = [new("observedBy", "controlPlane")];

    /// <summary>Adds the images and step definitions of a TaskRun's status under <c>prefix + images/step</c> and the like.</summary>
    public static void Read(JsonElement status, string prefix, string owner, List<ResourceDescriptor> materials, Action<string, string> report)
    {
        foreach (var step in status.Items("steps"u8))
        {
            string name = step.Text("name"u8) ?? "unnamed";
            ReadImage(step, $"{prefix}images/{name}", (owner, "step", name), materials, report);
            var source = step.Member("provenance"u8).Member("refSource"u8);
            if (source.Text("uri"u8) is not { Length: > 0 } uri)
            {
                continue;
            }

            if (TektonArtifacts.TryReadDigest(source.Member("digest"u8), out var digest, out string? problem))
            {
                Add(materials, $"{prefix}definitions/{name}", uri, digest);
            }
            else
            {
                report(RunProblemCodes.DefinitionDigest, $"{owner}step {name}: its definition {uri} cannot be pinned: {problem}.");
            }
        }

        foreach (var sidecar in status.Items("sidecars"u8))
        {
            string name = sidecar.Text("name"u8) ?? "unnamed";
            ReadImage(sidecar, $"{prefix}sidecars/{name}", (owner, "sidecar", name), materials, report);
        }
    }

    private static void ReadImage(JsonElement container, string name, (string Owner, string Kind, string Name) place, List<ResourceDescriptor> materials, Action<string, string> report)
    {
        string imageId = container.Text("imageID"u8) ?? "";
        int scheme = imageId.IndexOf("://", StringComparison.Ordinal);
        var image = scheme < 0 ? imageId.AsSpan() : imageId.AsSpan(scheme + 3);
        if (image.Length is 0)
        {
            report(RunProblemCodes.StepImage, $"{place.Owner}{place.Kind} {place.Name}: no image was recorded (it was never pulled, or the kubelet did not say). The dependency is left out.");
        }
        else if (image.StartsWith("sha256:", StringComparison.Ordinal))
        {
            report(RunProblemCodes.StepImage, $"{place.Owner}{place.Kind} {place.Name}: its image is known by a local id only ({image}), which is no manifest digest. The dependency is left out.");
        }
        else if (Reference.TryParse(image, out var reference) && reference.Digest is { } digest)
        {
            Add(materials, name, $"oci://{reference.Registry}/{reference.Repository}", DigestSet.Of(digest));
        }
        else
        {
            report(RunProblemCodes.StepImage, $"{place.Owner}{place.Kind} {place.Name}: its image \"{imageId}\" has no valid digest. The dependency is left out.");
        }
    }

    private static void Add(List<ResourceDescriptor> materials, string name, string uri, DigestSet digest) =>
        materials.Add(new ResourceDescriptor { Name = name, Uri = uri, Digest = digest, Annotations = ObservedByControlPlane });
}
