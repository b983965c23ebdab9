namespace Provenance.Attestor.Trust;

/// <summary>A trusted root cannot be used, so that nothing can be verified.</summary>
/// <param name="message">Which part is wrong and how.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class TrustedRootException(string message, Exception? innerException = null) : Exception(message, innerException);
