namespace Provenance.Attestor.Verifying;

/// <summary>Why a candidate does not meet a requirement.</summary>
/// <param name="Code">A code of <see cref="VerdictCodes"/>.</param>
/// <param name="Message">What was found.</param>
/// <param name="Expected">What was asked for, where it can be put in a few words.</param>
/// <param name="Actual">What was found instead.</param>
public sealed record CheckFailure(string Code, string Message, string? Expected = null, string? Actual = null);
