using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Runs;
using Provenance.Attestor.Slsa;
using Provenance.Attestor.Statements;

namespace Provenance.Attestor.Attesting;

/// <summary>
/// A statement whose bytes will not change again, with what is needed to publish it. It can be kept and restored: nothing of the run
/// it speaks of is needed any more.
/// </summary>
public sealed record FrozenStatement
{
    private FrozenStatement(string run, ReadOnlyMemory<byte> bytes, DateTimeOffset? finishedOn, IReadOnlyList<ResourceDescriptor> subjects)
    {
        Run = run;
        Bytes = bytes;
        Digest = Digest.Of(bytes.Span);
        FinishedOn = finishedOn;
        Subjects = subjects;
    }

    /// <summary>How people know the run: <c>TaskRun namespace/name</c>.</summary>
    public string Run { get; }

    /// <summary>The statement.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>SHA-256 of the statement.</summary>
    public Digest Digest { get; }

    /// <summary>When the run ended, by the platform's clock.</summary>
    public DateTimeOffset? FinishedOn { get; }

    /// <summary>The subjects, each with a name and a content digest.</summary>
    public IReadOnlyList<ResourceDescriptor> Subjects { get; }

    /// <summary>Writes the statement about a run.</summary>
    /// <exception cref="ArgumentException">The run has no subject, or too many.</exception>
    public static FrozenStatement Of(CompletedRun run, string builderId)
    {
        ArgumentNullException.ThrowIfNull(run);
        var subjects = RunStatement.Subjects(run);
        return new(run.Identity.ToString(), RunStatement.Write(run, subjects, builderId), run.FinishedOn, subjects);
    }

    /// <summary>Restores a statement from what was kept of it.</summary>
    /// <exception cref="EvidenceException">The bytes are no statement that we wrote.</exception>
    public static FrozenStatement Restore(string run, ReadOnlyMemory<byte> bytes, DateTimeOffset? finishedOn)
    {
        var subjects = StatementReader.Read(bytes).Subjects;
        return subjects.All(static s => s is { Name: not null, Digest.ContentDigest: not null })
            ? new(run, bytes, finishedOn, subjects)
            : throw new EvidenceException("STATEMENT_INVALID", $"The statement kept of {run} has a subject without a name or a content digest.");
    }
}
