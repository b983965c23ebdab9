namespace Provenance.Testing.Sigstore;

/// <summary>What a Sigstore instance of a test is like.</summary>
public sealed record LoopbackSigstoreOptions
{
    /// <summary>The clock of all its services.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The port of 127.0.0.1; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether an intermediate certificate issues those of signers, as in the public instance, instead of the root.</summary>
    public bool HasIntermediate { get; init; }

    /// <summary>Whom tokens are about unless they say otherwise.</summary>
    public string Subject { get; init; } = "https://ci.example.com/org/app/.ci/build.yml@refs/heads/main";

    /// <summary>How many entries of others each log holds from the start.</summary>
    public int EarlierEntries { get; init; } = 5;
}
