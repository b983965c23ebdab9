namespace Provenance.Attestor.Signing.Folders;

/// <summary>
/// Signs with the key in a folder, such as a mounted Secret, and with its successor as soon as that is there. Keys whose public halves stay
/// in the folder, and those that this process has signed with, are known as its own.
/// </summary>
internal sealed class FolderSigner : ISigner, IDisposable
{
    private readonly string folder;
    private readonly FolderReader reader;
    private readonly Lock turn = new();
    private readonly List<VerificationKey> replaced = [];
    private FolderKeys keys;
    private (string Stamp, SigningServiceException Fault)? fault;

    private FolderSigner(string folder, FolderReader reader)
    {
        this.folder = folder;
        this.reader = reader;
        keys = reader.Read();
    }

    /// <inheritdoc/>
    public VerificationKey PublicKey => Volatile.Read(ref keys).Signer.PublicKey;

    /// <summary>What is wrong with the folder although it could be read.</summary>
    public IReadOnlyList<string> Problems => Volatile.Read(ref keys).Problems;

    /// <summary>Reads the folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="passphrase">Asked once, where the key is encrypted and no passphrase is beside it.</param>
    /// <exception cref="KeyException">The folder holds no key that can be used.</exception>
    public static FolderSigner Open(string folder, Func<string?> passphrase)
    {
        var asked = new Lazy<string?>(passphrase);
        return new FolderSigner(folder, new FolderReader(folder, () => asked.Value));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Current().Signer.SignAsync(content, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Current().Signer);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VerificationKey>> FindEarlierKeysAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var current = Current();
        lock (turn)
        {
            return new([.. current.Earlier, .. replaced]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => keys.Signer.Dispose();

    private FolderKeys Current()
    {
        lock (turn)
        {
            string stamp = "";
            try
            {
                stamp = reader.Stamp();
                if (stamp == keys.Stamp)
                {
                    return keys;
                }

                if (fault is { } known && known.Stamp == stamp)
                {
                    throw known.Fault;
                }

                var read = reader.Read();
                if (read.Signer.PublicKey.Fingerprint != keys.Signer.PublicKey.Fingerprint)
                {
                    // Not disposed of: others may be signing with it.
                    replaced.RemoveAll(key => key.Fingerprint == keys.Signer.PublicKey.Fingerprint);
                    replaced.Add(keys.Signer.PublicKey);
                }

                fault = null;
                Volatile.Write(ref keys, read);
                return read;
            }
            catch (KeyException e)
            {
                // What was there before may have been withdrawn, so that it must not sign any more.
                var found = new SigningServiceException(
                    SigningServiceException.Unavailable, $"The key folder {folder} was changed and cannot be used, so nothing is signed until it can: {e.Message}", isTransient: true, e);
                fault = (stamp, found);
                throw found;
            }
        }
    }
}
