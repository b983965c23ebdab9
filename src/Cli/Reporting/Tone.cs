namespace Provenance.Cli.Reporting;

/// <summary>How an answer reads, which at a terminal is its colour.</summary>
internal enum Tone
{
    Good,
    Doubtful,
    Bad,
}
