namespace Provenance.Attestor.Signing.Vault;

/// <summary>A login by a Kubernetes service account (Vault's auth method <c>kubernetes</c>).</summary>
/// <param name="Role">The role in Vault.</param>
/// <param name="Mount">Where the auth method is mounted.</param>
/// <param name="TokenFile">The service account's token, read anew for each login.</param>
internal sealed record VaultLogin(string Role, string Mount, string TokenFile);
