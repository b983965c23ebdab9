namespace Provenance.Attestor.Signing;

/// <summary>A key cannot be read or must not be used.</summary>
/// <param name="code">A stable code, such as <c>KEY_INVALID</c>, <c>KEY_PASSPHRASE</c> or <c>KEY_ALG_UNSUPPORTED</c>.</param>
/// <param name="message">What is wrong with which key and what to do; never key material.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class KeyException(string code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The stable code of the fault.</summary>
    public string Code { get; } = code;
}
