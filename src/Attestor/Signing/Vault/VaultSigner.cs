namespace Provenance.Attestor.Signing.Vault;

/// <summary>
/// Signs with the newest version of a key in the Transit engine of HashiCorp Vault or OpenBao. A version that was added is found within a
/// minute; the versions before it are known as ours.
/// </summary>
internal sealed class VaultSigner : ISigner, IDisposable
{
    private static readonly TimeSpan MaximumAge = TimeSpan.FromMinutes(1);

    // Another process may have signed with a version that was added just now.
    private static readonly TimeSpan MaximumAgeToRecognise = TimeSpan.FromSeconds(1);

    private readonly VaultClient client;
    private readonly string name;
    private readonly RereadKey<VaultKey> keys;

    private VaultSigner(VaultClient client, string name, VaultKey key, TimeProvider time)
    {
        (this.client, this.name) = (client, name);
        keys = new RereadKey<VaultKey>(key, client.Service, (_, cancellationToken) => ReadAsync(client, name, cancellationToken), time);
    }

    /// <inheritdoc/>
    public VerificationKey PublicKey => keys.Latest.Newest;

    /// <inheritdoc/>
    public IReadOnlyList<string> Services => [client.Service];

    /// <summary>Asks Vault for the key.</summary>
    /// <exception cref="KeyException">The key is of a kind that is not supported.</exception>
    /// <exception cref="SigningServiceException">Vault refused or is away.</exception>
    public static async Task<VaultSigner> OpenAsync(VaultOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new VaultClient(options, time);
        try
        {
            return new VaultSigner(client, options.KeyName, await ReadAsync(client, options.KeyName, cancellationToken).ConfigureAwait(false), time);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var newest = await FindNewestAsync(cancellationToken).ConfigureAwait(false);
        return await newest.SignAsync(content, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<ISigner> FindNewestAsync(CancellationToken cancellationToken)
    {
        var current = await keys.GetAsync(MaximumAge, cancellationToken).ConfigureAwait(false);
        return new VaultVersionSigner(client, name, current, RefuseAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<VerificationKey>> FindEarlierKeysAsync(CancellationToken cancellationToken) =>
        (await keys.GetAsync(MaximumAgeToRecognise, cancellationToken).ConfigureAwait(false)).Earlier;

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        keys.Dispose();
    }

    private static async Task<VaultKey> ReadAsync(VaultClient client, string name, CancellationToken cancellationToken)
    {
        byte[] answer = await client.AskAsync($"keys/{name}", body: null, "read", cancellationToken).ConfigureAwait(false)
            ?? throw new SigningServiceException(SigningServiceException.Refused, $"Vault at {client.Service} does not understand the request for the key {name} (400). Check TRANSIT_SECRET_ENGINE_PATH.") { Service = client.Service };
        try
        {
            return VaultKey.Read(answer, name);
        }
        catch (FormatException)
        {
            throw new SigningServiceException(SigningServiceException.BadAnswer, $"Vault at {client.Service} answered something that is no description of the key {name}.") { Service = client.Service };
        }
    }

    /// <summary>Why Vault does not sign with a version that it had: most likely it was retired.</summary>
    private async Task<SigningServiceException> RefuseAsync(int version, CancellationToken cancellationToken)
    {
        bool wasReplaced = (await keys.GetAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false)).Version != version;
        return wasReplaced
            ? new SigningServiceException(SigningServiceException.Unavailable, $"The version {version} of the key {name} in Vault was replaced just now; the next attempt takes the newest.", isTransient: true) { Service = client.Service }
            : new SigningServiceException(SigningServiceException.Refused, $"Vault at {client.Service} does not sign with the key {name}, version {version} (400). Check its min_encryption_version.") { Service = client.Service };
    }
}
