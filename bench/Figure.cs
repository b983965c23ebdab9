namespace Provenance.Bench;

/// <summary>One thing that was measured.</summary>
/// <param name="Name">Its key in JSON.</param>
/// <param name="Sentence">What it is, for people.</param>
/// <param name="Value">The value.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record Figure(string Name, string Sentence, double Value, string Unit)
{
    /// <summary>The least that it should be.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The most that it should be.</summary>
    public double? AtMost { get; init; }

    /// <summary>What another project needs for the same.</summary>
    public string Peer { get; init; } = "";

    /// <summary>The goal and whether it is met, to two digits; empty where none was set.</summary>
    public string Goal => AtLeast is { } least ? FormattableString.Invariant($">= {least:0.##} {Mark(Math.Round(Value, 2) >= least)}")
        : AtMost is { } most ? FormattableString.Invariant($"<= {most:0.##} {Mark(Math.Round(Value, 2) <= most)}")
        : "";

    private static string Mark(bool isMet) => isMet ? "met" : "NOT MET";
}
