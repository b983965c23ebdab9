using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

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

            if (ArtifactRecords.TryReadDigest(source.Member("digest"u8), out var digest, out string? problem))
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
        if (PulledImage.TryRead(container.Text("imageID"u8), out var image, out string? problem))
        {
            Add(materials, name, image.Uri, image.Digest);
        }
        else
        {
            report(RunProblemCodes.StepImage, $"{place.Owner}{place.Kind} {place.Name}: {problem} The dependency is left out.");
        }
    }

    private static void Add(List<ResourceDescriptor> materials, string name, string uri, DigestSet digest) =>
        materials.Add(new ResourceDescriptor { Name = name, Uri = uri, Digest = digest, Annotations = ObservedByControlPlane });
}
