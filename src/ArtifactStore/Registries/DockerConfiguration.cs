using System.Text;
using System.Text.Json;

namespace Provenance.ArtifactStore.Registries;

/// <summary>Reads credentials from the <c>auths</c> of docker's <c>config.json</c>, afresh each time, so that a rotated secret is seen.</summary>
internal sealed class DockerConfiguration(string? file)
{
    private const int MaximumSize = 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly string path = file ?? DefaultPath();

    /// <summary>The credential for a registry; null where the file has none.</summary>
    /// <exception cref="RegistryException">The file cannot be read as docker's configuration.</exception>
    public async Task<RegistryCredential?> FindAsync(string registry, CancellationToken cancellationToken)
    {
        try
        {
            var configuration = new FileInfo(path);
            if (!configuration.Exists)
            {
                return null;
            }

            if (configuration.Length > MaximumSize)
            {
                throw new FormatException($"it has more than {MaximumSize} bytes");
            }

            using var json = JsonDocument.Parse(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), Strict);
            return Find(json.RootElement, registry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException)
        {
            // The exception is not passed on: its text may quote the file.
            throw new RegistryException(
                "UNAUTHORIZED", $"Cannot read credentials for {registry} from {path} ({exception.GetType().Name}). Correct the "
                    + "file, or remove it to go without credentials.")
            {
                Registry = registry,
            };
        }
    }

    private static string DefaultPath()
    {
        string folder = Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".docker");
        return Path.Combine(folder, "config.json");
    }

    private static RegistryCredential? Find(JsonElement root, string registry)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("auths", out var entries) || entries.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var entry in entries.EnumerateObject())
        {
            if (HostOf(entry.Name) == registry && Read(entry.Value) is { } credential)
            {
                return credential;
            }
        }

        return null;
    }

    /// <summary>The registry that a key means: docker has written bare hosts, URLs, and <c>https://index.docker.io/v1/</c> for itself.</summary>
    private static string HostOf(string key)
    {
        string host = key;
        foreach (string scheme in new[] { "https://", "http://" })
        {
            host = host.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? host[scheme.Length..] : host;
        }

        host = host.Split('/')[0].ToLowerInvariant();
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io" : host;
    }

    private static RegistryCredential? Read(JsonElement entry)
    {
        if (Text(entry, "auth") is { } auth)
        {
            byte[] decoded = new byte[auth.Length];
            if (!Convert.TryFromBase64String(auth, decoded, out int length))
            {
                throw new FormatException();
            }

            string pair = Encoding.UTF8.GetString(decoded, 0, length).TrimEnd('\0');
            int colon = pair.IndexOf(':', StringComparison.Ordinal);
            return colon > 0 ? new RegistryCredential(pair[..colon], pair[(colon + 1)..]) : throw new FormatException();
        }

        return Text(entry, "username") is { } user && Text(entry, "password") is { } password ? new RegistryCredential(user, password) : null;
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
