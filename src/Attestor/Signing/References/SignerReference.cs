using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Signing.Aws;
using Provenance.Attestor.Signing.Folders;
using Provenance.Attestor.Signing.Pkcs11;
using Provenance.Attestor.Signing.Vault;

namespace Provenance.Attestor.Signing.References;

/// <summary>
/// Opens what <c>--key</c> names, in the words of cosign: a key file, a folder such as a mounted Secret, <c>hashivault://KEYNAME</c>,
/// <c>awskms:///KEY</c>, or a <c>pkcs11:</c> URI.
/// </summary>
public static class SignerReference
{
    /// <summary>Opens a signer.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="passphrase">Asked once, and only where a key in a file is encrypted and its passphrase is not beside it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="KeyException">The reference cannot be understood, or leads to no key that can be used.</exception>
    /// <exception cref="SigningServiceException">The service that holds the key refused, or is away.</exception>
    public static async Task<OpenedSigner> OpenAsync(string reference, Func<string?> passphrase, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        try
        {
            if (reference.StartsWith(VaultReference.Scheme, StringComparison.Ordinal))
            {
                var options = VaultReference.Read(reference, Environment.GetEnvironmentVariable);
                return new OpenedSigner(await VaultSigner.OpenAsync(options, time, cancellationToken).ConfigureAwait(false), []);
            }
        }
        catch (ConfigurationException e)
        {
            throw new KeyException("KEY_REFERENCE", e.Message, e);
        }

        if (reference.StartsWith(AwsReference.Scheme, StringComparison.Ordinal))
        {
            var named = AwsReference.Read(reference);
            var client = new AwsClient(named, credentials: null, TimeSpan.FromSeconds(10));
            return new OpenedSigner(await AwsSigner.OpenAsync(client, named.Key, time, cancellationToken).ConfigureAwait(false), []);
        }

        if (reference.StartsWith(Pkcs11Reference.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            var named = Pkcs11Reference.Read(reference, Environment.GetEnvironmentVariable);
            return new OpenedSigner(Pkcs11Signer.Open(named), named.Problems);
        }

        if (reference.Contains("://", StringComparison.Ordinal))
        {
            throw new KeyException("KEY_REFERENCE", $"{reference} names a key in a way that is not supported. Name a file, a folder, hashivault://KEYNAME, awskms:///KEY, or a pkcs11: URI.");
        }

        if (Directory.Exists(reference))
        {
            var folder = FolderSigner.Open(reference, passphrase);
            return new OpenedSigner(folder, folder.Problems);
        }

        var loaded = KeyFile.LoadSigner(reference, passphrase);
        return new OpenedSigner(loaded.Signer, loaded.Problems);
    }
}
