namespace Provenance.Watcher.Watching;

/// <summary>How a watch stands at one moment.</summary>
public sealed record RunWatchStatus
{
    /// <summary>Runs that are over and not dealt with.</summary>
    public required int Open { get; init; }

    /// <summary>Runs that wait for their children.</summary>
    public required int AwaitingChildren { get; init; }

    /// <summary>Runs that were put aside until an operator looks at them.</summary>
    public required int DeadLetters { get; init; }

    /// <summary>How long the oldest run that is ours to attest has waited since it was observed; zero where none does.</summary>
    public required TimeSpan OldestUnattested { get; init; }

    /// <summary>The bytes of the journal.</summary>
    public required long JournalSize { get; init; }

    /// <summary>The shards that belong to this replica; empty while it only observes.</summary>
    public required IReadOnlyList<int> Shards { get; init; }

    /// <summary>The registries that are left alone at the moment.</summary>
    public required IReadOnlyList<string> RegistriesDown { get; init; }

    /// <summary>The services that signing needs and that are left alone at the moment; an empty name stands for what is on this machine.</summary>
    public required IReadOnlyList<string> SigningServicesDown { get; init; }

    /// <summary>Why it is not ready, one sentence each; empty when it is.</summary>
    public required IReadOnlyList<string> NotReady { get; init; }
}
