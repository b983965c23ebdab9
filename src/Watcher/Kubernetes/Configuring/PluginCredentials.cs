namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>The credential of a plugin: kept until it expires or is refused, and fetched once for all who wait for it.</summary>
internal sealed class PluginCredentials(PluginCommand command, TimeProvider time) : ICredentialSource
{
    private readonly Lock gate = new();
    private PluginAnswer? current;
    private Task<PluginAnswer>? underWay;

    /// <inheritdoc/>
    public async ValueTask<ClusterCredential> ReadAsync(CancellationToken cancellationToken)
    {
        Task<PluginAnswer> fetching;
        lock (gate)
        {
            if (current is not null && (current.Expiry is not { } expiry || time.GetUtcNow() < expiry))
            {
                return current.Credential;
            }

            if (underWay is null or { IsCompleted: true })
            {
                // Not under the token of the first who asks: the others wait for the same answer.
                underWay = Task.Run(FetchAsync, CancellationToken.None);
            }

            fetching = underWay;
        }

        return (await fetching.WaitAsync(cancellationToken).ConfigureAwait(false)).Credential;
    }

    /// <inheritdoc/>
    public void Reject(ClusterCredential rejected)
    {
        lock (gate)
        {
            // Whoever comes late with the credential before must not throw the new one away.
            if (ReferenceEquals(current?.Credential, rejected))
            {
                current = null;
            }
        }
    }

    private async Task<PluginAnswer> FetchAsync()
    {
        var answer = PluginAnswer.Parse(command, await PluginProcess.RunAsync(command, time, CancellationToken.None).ConfigureAwait(false));
        lock (gate)
        {
            current = answer;
        }

        return answer;
    }
}
