using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Serving;
using Provenance.Testing.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Caches;

/// <summary>The caches over real HTTP, and requests that no well-behaved client sends.</summary>
public abstract class CacheTest : RegistryTest
{
    protected static readonly byte[] Content = "what a compiler said"u8.ToArray();
    protected static readonly Digest ContentDigest = Digest.Of(Content);

    private protected IKeyTable Keys => Registry.Services.GetRequiredService<IKeyTable>();

    private protected IBlobStore Blobs => Registry.Services.GetRequiredService<IBlobStore>();

    protected static HttpMethod PropFind { get; } = new("PROPFIND");

    private protected static Task<LoopbackRegistry> StartAsync(Func<string, ArtifactStoreOptions> options) =>
        LoopbackRegistry.StartAsync(configure: services =>
        {
            string folder = services.Select(static service => service.ImplementationInstance).OfType<ArtifactStoreOptions>().Single().Folder;
            services.AddSingleton(options(folder));
        });

    protected async Task PutAsync(string path, byte[] content, HttpStatusCode expected = HttpStatusCode.Created)
    {
        using var response = await SendAsync(HttpMethod.Put, path, Body(content));
        response.StatusCode.Should().Be(expected, await response.Content.ReadAsStringAsync());
    }

    protected async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path)
    {
        using var response = await SendAsync(method, path);
        return response.StatusCode;
    }

    /// <summary>Sends the lines as they are, and returns the first line of the answer; empty where there was none.</summary>
    protected static async Task<string> SendRawAsync(Uri address, string head, byte[]? body = null, bool hangUp = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head.ReplaceLineEndings("\r\n")}\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(body ?? []);
        if (hangUp)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        using var reader = new StreamReader(stream, Encoding.ASCII);
        try
        {
            return await reader.ReadLineAsync() ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    protected int StagedFiles() => FilesIn(Registry, "uploads", "tmp").Length;

    /// <summary>Flips a bit of the stored bytes, in whatever file the store has put them.</summary>
    protected void Corrupt(byte[] content)
    {
        foreach (string path in FilesIn(Registry, "blobs", "log"))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            if (bytes.AsSpan().LastIndexOf(content) is >= 0 and int offset)
            {
                file.Position = offset + content.Length - 1;
                file.WriteByte((byte)(content[^1] ^ 1));
                return;
            }
        }

        throw new FileNotFoundException("No file holds the content.");
    }

    private protected static string[] FilesIn(LoopbackRegistry registry, params string[] folders) =>
    [
        .. folders.Select(name => Path.Combine(registry.Folder, name)).Where(Directory.Exists)
            .SelectMany(static folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories)),
    ];
}
