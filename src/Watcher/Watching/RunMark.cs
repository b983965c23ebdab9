using System.Buffers;
using System.Text;
using System.Text.Json;
using Provenance.Attestor.Attesting;
using Provenance.Attestor.Runs;
using Provenance.Watcher.Dispatching;
using Provenance.Watcher.Kubernetes;
using Provenance.Watcher.Ledgers;

namespace Provenance.Watcher.Watching;

/// <summary>Writes the digest of the statement to the run's object: one server-side apply of one annotation, nothing else.</summary>
internal sealed class RunMark(IKubernetesApi api) : IRunFollowUp
{
    public const string Annotation = "provenance.dev/statement";

    public const string FieldManager = "provenance";

    public async Task<RunProblem?> FollowUpAsync(ObservedRun run, FrozenStatement statement, IReadOnlyList<AttestedSubject> subjects, CancellationToken cancellationToken)
    {
        if (run.IsGone || run.Plural.Length is 0)
        {
            return null;
        }

        int slash = run.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var address = new ObjectAddress
        {
            Group = slash < 0 ? "" : run.ApiVersion[..slash],
            Version = run.ApiVersion[(slash + 1)..],
            Plural = run.Plural,
            Namespace = run.Namespace,
            Name = run.Name,
        };
        try
        {
            await api.ApplyAsync(address, FieldManager, force: false, Write(run, statement), cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (KubernetesApiException e) when (!e.IsTransient)
        {
            return new(RunProblemCodes.MarkFailed, $"{run.Run}: it is attested, but its object could not be marked: {e.Message}");
        }
    }

    /// <summary>The UID makes the apply fail, rather than make an object, where the run is gone or another has taken its name.</summary>
    private static ReadOnlyMemory<byte> Write(ObservedRun run, FrozenStatement statement)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("apiVersion"u8, run.ApiVersion);
            writer.WriteString("kind"u8, run.Run[..run.Run.IndexOf(' ', StringComparison.Ordinal)]);
            writer.WriteStartObject("metadata"u8);
            writer.WriteString("name"u8, run.Name);
            writer.WriteString("namespace"u8, run.Namespace);
            writer.WriteString("uid"u8, run.Uid);
            writer.WriteStartObject("annotations"u8);
            writer.WriteString(Annotation, Encoding.ASCII.GetBytes(statement.Digest.ToString()));
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
