namespace Provenance.Cli.Reporting;

/// <summary>A line of a <see cref="FactSheet"/>: what is said, and what it is said of.</summary>
internal sealed record Fact(string Name, string Text);
