namespace Provenance.Attestor.Verifying;

/// <summary>A stable code with what it means.</summary>
/// <param name="Code">The code, upper-case; never renamed.</param>
/// <param name="Meaning">One sentence: what was found.</param>
/// <param name="Remedy">One sentence: what to do.</param>
public sealed record VerdictCode(string Code, string Meaning, string Remedy);
