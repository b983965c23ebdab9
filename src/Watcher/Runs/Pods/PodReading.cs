using System.Text.Json;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Runs.Pods;

/// <summary>
/// Reads the Pods of one run: which images ran, as the kubelet recorded them, which containers failed, and what they recorded. The same
/// fault of many Pods is reported once.
/// </summary>
internal sealed class PodReading(Action<string, string> report)
{
    private const int MaximumExitCodes = 100;

    private static readonly KeyValuePair<string, string>[] ObservedByControlPlane = [new("observedBy", "controlPlane")];

    private readonly ArtifactRecords records = new(report);
    private readonly List<ResourceDescriptor> materials = [];
    private readonly HashSet<(string Name, string Uri, DigestSet Digest)> known = [];
    private readonly HashSet<(string Container, string Problem)> reported = [];
    private readonly List<KeyValuePair<string, int>> exitCodes = [];

    /// <summary>The images, each once under its name.</summary>
    public IReadOnlyList<ResourceDescriptor> Materials => materials;

    /// <summary>What was recorded; what one container made and another read is no input.</summary>
    public IReadOnlyList<RecordedArtifact> Artifacts => ArtifactRecords.WithoutInternalInputs(records.Artifacts);

    /// <summary>The exit codes that are not 0, at most a hundred.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> ExitCodes => exitCodes;

    /// <summary>
    /// Reads the Pods of a run that makes Pods as it needs them. Only those that succeeded count for records: another attempt may have made
    /// up for the rest, and what an attempt that failed left behind is none of the run's output.
    /// </summary>
    /// <param name="pods">The Pods.</param>
    /// <param name="prefix">What precedes the names of a Pod's images.</param>
    public void ReadOwned(IReadOnlyList<Pod> pods, Func<Pod, string> prefix)
    {
        // A Pod that was deleted while it ran still says which images it ran.
        foreach (var pod in pods.Where(static p => p.IsOver || p.Containers.Any(static c => c.Status.Text("imageID"u8) is { Length: > 0 })))
        {
            ReadImages(pod, prefix(pod), isOneOfSeveral: true);
            if (pod is { HasSucceeded: true, LostContainer: null })
            {
                ReadRecords(pod);
            }
            else if (pod is { HasSucceeded: true, HasRecords: true, LostContainer: { } lost })
            {
                report(RunProblemCodes.ArtifactRecord, $"{Place(pod, lost)}: it was lost ({lost.Terminated.Text("reason"u8)}) although its Pod counts as succeeded; what the Pod recorded is not read.");
            }
        }
    }

    /// <summary>Reads which images the containers ran, and which codes they ended with.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="prefix">What precedes the names of the images, such as <c>replicas/worker/</c>.</param>
    /// <param name="isOneOfSeveral">Whether the run may have several Pods, so that the Pod is named with its containers.</param>
    public void ReadImages(Pod pod, string prefix, bool isOneOfSeveral)
    {
        if (pod.Containers.Count is 0)
        {
            string reason = pod.Status.Text("reason"u8) is { Length: > 0 } text ? $" ({text})" : "";
            ReportOnce(prefix, $"has no container statuses{reason}", $"its Pod {pod.Name} has no container statuses{reason}: which images ran in it is not known.");
        }

        foreach (var container in pod.Containers)
        {
            string name = prefix + container.ImageName;
            if (!PulledImage.TryRead(container.Status.Text("imageID"u8), out var image, out string? problem))
            {
                ReportOnce(name, problem, $"{Place(pod, container)}: {problem} The dependency is left out.");
            }
            else if (known.Add((name, image.Uri, image.Digest)))
            {
                materials.Add(new ResourceDescriptor { Name = name, Uri = image.Uri, Digest = image.Digest, Annotations = ObservedByControlPlane });
            }

            if (container.ExitCode is { } exitCode and not 0 && exitCodes.Count < MaximumExitCodes)
            {
                exitCodes.Add(new(isOneOfSeveral ? $"{pod.Name}/{container.Name}" : container.Name, exitCode));
            }
        }
    }

    /// <summary>Reads what the containers recorded in their termination messages.</summary>
    public void ReadRecords(Pod pod)
    {
        foreach (var container in pod.Containers)
        {
            var record = TerminationMessage.Read(container.Terminated.Text("message"u8), out string? problem);
            if (problem is not null)
            {
                report(RunProblemCodes.ArtifactRecord, $"{Place(pod, container)}: {problem}.");
            }

            if (record.Exists())
            {
                records.Read(record, Place(pod, container));
            }
        }
    }

    /// <summary>Reads a record that stands elsewhere than in a termination message.</summary>
    public void ReadRecord(JsonElement record, string place) => records.Read(record, place);

    private static string Place(Pod pod, PodContainer container) => $"container {container.Name} of Pod {pod.Name}";

    private void ReportOnce(string name, string problem, string message)
    {
        if (reported.Add((name, problem)))
        {
            report(RunProblemCodes.StepImage, message);
        }
    }
}
