namespace Provenance.Attestor.Envelopes;

/// <summary>Bytes that were offered as evidence are not what their format asks for. Always a finding about the evidence, never about us.</summary>
/// <param name="code">A stable code, such as <c>JSON_INVALID</c>, <c>JSON_DUPLICATE</c>, <c>BASE64</c>, <c>SIG_COUNT</c>, <c>BUNDLE_VERSION</c> or <c>LIMIT</c>.</param>
/// <param name="message">What is wrong and where; quotes at most a few words of the evidence.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class EvidenceException(string code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = code;

    /// <summary>What was asked for, where it can be put in a few words.</summary>
    public string? Expected { get; init; }

    /// <summary>What was found instead.</summary>
    public string? Actual { get; init; }
}
