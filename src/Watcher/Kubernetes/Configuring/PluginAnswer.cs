using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Provenance.Watcher.Documents;

namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>What a credential plugin answered.</summary>
internal sealed class PluginAnswer(ClusterCredential credential, DateTimeOffset? expiry)
{
    public ClusterCredential Credential => credential;

    /// <summary>When another must be fetched; null where only a 401 says so.</summary>
    public DateTimeOffset? Expiry => expiry;

    /// <summary>Reads an ExecCredential.</summary>
    /// <exception cref="ClusterConfigurationException">It is none, of another version, or holds no credential.</exception>
    public static PluginAnswer Parse(PluginCommand command, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 });
            return Read(command, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The inner message may quote the answer, which holds secrets: it is left out.
            throw Failure(command, "is no JSON");
        }
    }

    private static PluginAnswer Read(PluginCommand command, JsonElement root)
    {
        if (!root.Is("kind"u8, "ExecCredential"u8) || root.Text("apiVersion"u8) != command.ApiVersion)
        {
            throw Failure(command, $"is no ExecCredential of {command.ApiVersion}");
        }

        var status = root.Member("status"u8);
        string? token = status.Text("token"u8) is { Length: > 0 } text ? ConfiguredCredentials.Bearer(text, $"the answer of {command.Command}") : null;
        X509Certificate2? certificate = null;
        string? certificatePem = status.Text("clientCertificateData"u8);
        string? keyPem = status.Text("clientKeyData"u8);
        if (certificatePem is { Length: > 0 } && keyPem is { Length: > 0 })
        {
            certificate = ClientCertificate.Parse(Encoding.UTF8.GetBytes(certificatePem), Encoding.UTF8.GetBytes(keyPem), $"the answer of {command.Command}");
        }
        else if (certificatePem is { Length: > 0 } || keyPem is { Length: > 0 })
        {
            throw Failure(command, "has a certificate without its key, or a key without its certificate");
        }

        if (token is null && certificate is null)
        {
            throw Failure(command, "has neither a token nor a certificate");
        }

        var expiry = status.Member("expirationTimestamp"u8);
        return !expiry.Exists() ? new PluginAnswer(new ClusterCredential(token, certificate), null)
            : status.Time("expirationTimestamp"u8) is { } time ? new PluginAnswer(new ClusterCredential(token, certificate), time)
            : throw Failure(command, "has an expirationTimestamp that is no time");
    }

    private static ClusterConfigurationException Failure(PluginCommand command, string what) =>
        new($"{command.Place}: the answer of the credential plugin {command.Command} {what}.");
}
