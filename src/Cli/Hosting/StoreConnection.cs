namespace Provenance.Cli.Hosting;

/// <summary>A way to the store of a data folder: the process that serves it, or else a server of our own for as long as it is needed.</summary>
internal sealed class StoreConnection : IAsyncDisposable
{
    private readonly StoreServer? own;

    private StoreConnection(string address, StoreServer? own)
    {
        Address = address;
        this.own = own;
    }

    /// <summary><c>http://host:port</c>.</summary>
    public string Address { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Registry => new Uri(Address).Authority;

    /// <summary>Finds the store of a data folder; null where there is no such folder.</summary>
    public static async Task<StoreConnection?> OpenAsync(DataLayout layout, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(layout.Store))
        {
            return null;
        }

        if (await FindServerAsync(layout, cancellationToken) is { } address)
        {
            return new StoreConnection(address, null);
        }

        var trusted = OwnIdentity.Trusted(layout, null, await OwnIdentity.FindAsync(layout, cancellationToken));
        var server = await StoreServer.StartAsync(layout, port: 0, trusted, cancellationToken);
        return new StoreConnection(server.Address, server);
    }

    public ValueTask DisposeAsync() => own?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<string?> FindServerAsync(DataLayout layout, CancellationToken cancellationToken)
    {
        if (!File.Exists(layout.Address))
        {
            return null;
        }

        string[] announced = await File.ReadAllLinesAsync(layout.Address, cancellationToken);
        if (announced is not [var address, var instance] || !Uri.TryCreate(address, UriKind.Absolute, out var uri) || !uri.IsLoopback)
        {
            return null;
        }

        try
        {
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
            using var answer = await client.GetAsync(new Uri(uri, "/readyz"), cancellationToken);
            bool isSame = answer.Headers.TryGetValues(StoreServer.InstanceHeader, out var marks) && marks.SequenceEqual([instance]);
            return answer.IsSuccessStatusCode && isSame ? address : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The file is left over from a process that was killed.
            return null;
        }
    }
}
