namespace Provenance.Attestor.Runs;

/// <summary>Something about a run that keeps an artifact, or the whole run, from being attested; never passed over in silence.</summary>
/// <param name="Code">A stable code of <see cref="RunProblemCodes"/>.</param>
/// <param name="Message">Which run, step and artifact, what is wrong and what to do.</param>
public sealed record RunProblem(string Code, string Message);
