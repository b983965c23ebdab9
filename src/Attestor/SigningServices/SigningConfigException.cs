namespace Provenance.Attestor.SigningServices;

/// <summary>A signing config cannot be used, so that nothing can be signed with it.</summary>
/// <param name="message">Which part is wrong and how.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class SigningConfigException(string message, Exception? innerException = null) : Exception(message, innerException);
