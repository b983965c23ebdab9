using System.Text.Json;
using Provenance.Attestor.Runs;

namespace Provenance.Watcher.Ledgers;

/// <summary>How a run was settled.</summary>
/// <param name="Outcome">What became of it: <c>attested</c>, <c>alreadyAttested</c>, <c>notAttested</c>.</param>
/// <param name="SettledOn">When, by our clock.</param>
public sealed record SettledRun(string Outcome, DateTimeOffset SettledOn)
{
    /// <summary>The run, where nothing else was written of it.</summary>
    public ObservedRun? Run { get; init; }

    /// <summary>Where the attestations are.</summary>
    public IReadOnlyList<string> Attestations { get; init; } = [];

    /// <summary>Why nothing was attested, and whatever else was found wrong.</summary>
    public IReadOnlyList<RunProblem> Problems { get; init; } = [];

    /// <summary>The record's payload: the key, then the JSON.</summary>
    internal byte[] Encode(RunKey key)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, LedgerFormat.Default.SettledRun);
        byte[] payload = new byte[RunKey.Length + json.Length];
        key.Write(payload);
        json.CopyTo(payload.AsSpan(RunKey.Length));
        return payload;
    }

    /// <summary>Reads a record's payload.</summary>
    internal static SettledRun Decode(ReadOnlySpan<byte> payload) => JsonSerializer.Deserialize(payload[RunKey.Length..], LedgerFormat.Default.SettledRun)!;
}
