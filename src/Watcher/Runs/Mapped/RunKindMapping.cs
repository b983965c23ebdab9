namespace Provenance.Watcher.Runs.Mapped;

/// <summary>What a mapping file says about one kind of run.</summary>
internal sealed record RunKindMapping
{
    /// <summary>The mapping's name, by which operators switch the kind on.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string FileDigest { get; init; }

    /// <summary>Where the API server serves the runs.</summary>
    public required RunResource Resource { get; init; }

    /// <summary>Where the phase stands; null where <c>status.conditions</c> say how a run ended.</summary>
    public FieldPath? PhasePath { get; init; }

    /// <summary>The phases, or the conditions as <c>Type</c> or <c>Type=False</c>, of a run that succeeded.</summary>
    public required IReadOnlyList<string> Succeeded { get; init; }

    /// <summary>Those of one that failed; they win.</summary>
    public required IReadOnlyList<string> Failed { get; init; }

    /// <summary>Where the time of the end stands.</summary>
    public FieldPath? EndTimePath { get; init; }

    /// <summary>Where the time of the start stands.</summary>
    public FieldPath? StartTimePath { get; init; }

    /// <summary>Where that stands which tells attempts under one UID apart.</summary>
    public FieldPath? AttemptPath { get; init; }

    /// <summary>Where the parameters stand.</summary>
    public FieldPath? ParametersPath { get; init; }

    /// <summary>Where the definition stands.</summary>
    public FieldPath? DefinitionPath { get; init; }

    /// <summary>Where records of artifacts stand.</summary>
    public required IReadOnlyList<FieldPath> OutputsPaths { get; init; }

    /// <summary>Whether the run owns Pods, whose images and records are read.</summary>
    public required bool OwnsPods { get; init; }
}
