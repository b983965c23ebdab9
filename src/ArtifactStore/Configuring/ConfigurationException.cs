namespace Provenance.ArtifactStore.Configuring;

/// <summary>A file of the configuration cannot be used; the message names it and says what to do.</summary>
/// <param name="message">What is wrong with which file; never what a secret file holds.</param>
public sealed class ConfigurationException(string message) : Exception(message);
