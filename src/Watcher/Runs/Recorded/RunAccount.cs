using Provenance.Attestor.Runs;
using Provenance.Attestor.Statements;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Runs.Recorded;

/// <summary>What is found out about one run while it is read: which it is, how it ended, what is wrong with it, and what came of it.</summary>
internal sealed class RunAccount(string source, RunIdentity identity, RunOutcome outcome)
{
    /// <summary>The account of a Kubernetes object, which is identified by its UID.</summary>
    public RunAccount(RunDocument document, RunOutcome outcome)
        : this(document.Source, IdentityOf(document), outcome)
    {
    }

    public RunIdentity Identity => Attempt is null ? identity : identity with { Attempt = Attempt };

    /// <summary>What tells attempts under one UID apart; null where a kind never reopens a run.</summary>
    public string? Attempt { get; init; }

    public RunOutcome Outcome { get; } = outcome;

    public List<RunProblem> Problems { get; } = [];

    public void Report(string code, string what) => Problems.Add(new RunProblem(code, $"{Identity}: {what}"));

    /// <summary>The reason why a run cannot be attested whatever it recorded; null where there is none.</summary>
    public RunProblem? FindObstacle(CollectOptions options)
    {
        if (Outcome.State is RunState.NotDone)
        {
            return new(RunProblemCodes.NotDone, $"{Identity}: not over yet ({DescribeOutcome()}). It is attested when it is.");
        }

        if (Identity.Uid.Length is 0)
        {
            return new(RunProblemCodes.NoIdentity, $"{Identity}: metadata.uid is missing, so that this run cannot be told from another of its name. Export the object as the API server has it.");
        }

        return Outcome.State is not RunState.Succeeded && !options.AttestUnsuccessful
            ? new(RunProblemCodes.NotSucceeded, $"{Identity}: ended as {Outcome.StateName} ({DescribeOutcome()}); such runs are attested only on demand (--attest-unsuccessful).")
            : null;
    }

    /// <summary>Whether the run recorded as many subjects as a statement may have, and one at least; reports it where it did not.</summary>
    /// <param name="artifacts">What it recorded.</param>
    /// <param name="advice">How a run of this kind marks an artifact as its output.</param>
    public bool HasSubjects(IReadOnlyList<RecordedArtifact> artifacts, string advice)
    {
        int subjects = CountSubjects(artifacts);
        if (subjects > Statement.MaximumSubjects)
        {
            Report(RunProblemCodes.TooManySubjects, $"it recorded {subjects} artifacts as its output; a statement names at most {Statement.MaximumSubjects}. Record an index of them instead.");
        }
        else if (subjects is 0)
        {
            bool spoilt = Problems.Exists(static p => p.Code is RunProblemCodes.ArtifactDigest or RunProblemCodes.ArtifactUri or RunProblemCodes.ArtifactRecord or RunProblemCodes.SubjectWeakDigest);
            Report(
                RunProblemCodes.NoSubject,
                spoilt
                    ? "what was recorded as its output cannot be attested, as reported. Record a URI and the full lower-case sha256 of each artifact."
                    : "no artifact was recorded as its output. " + advice);
        }

        return subjects is > 0 and <= Statement.MaximumSubjects;
    }

    public static int CountSubjects(IReadOnlyList<RecordedArtifact> artifacts)
    {
        int subjects = 0;
        foreach (var artifact in artifacts)
        {
            subjects += artifact.Role is ArtifactRole.Subject ? 1 : 0;
        }

        return subjects;
    }

    public CollectedRun Result(CompletedRun? run, bool awaitsChildren = false) => new()
    {
        Source = source,
        Identity = Identity,
        Outcome = Outcome,
        Run = run is null ? null : run with { Problems = Problems },
        Problems = Problems,
        AwaitsChildren = awaitsChildren,
    };

    private static RunIdentity IdentityOf(RunDocument document)
    {
        var metadata = document.Root.Member("metadata"u8);
        return new RunIdentity
        {
            ApiVersion = document.ApiVersion,
            Kind = document.Kind,
            Namespace = metadata.Text("namespace"u8) ?? "",
            Name = metadata.Text("name"u8) ?? "",
            Uid = metadata.Text("uid"u8) ?? "",
        };
    }

    private string DescribeOutcome() => Outcome.Reason.Length is 0 ? "no condition yet" : Outcome.Reason;
}
