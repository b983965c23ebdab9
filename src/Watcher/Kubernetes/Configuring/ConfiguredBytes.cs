namespace Provenance.Watcher.Kubernetes.Configuring;

/// <summary>Bytes that stand in the configuration itself, or in a file that it names.</summary>
internal sealed class ConfiguredBytes
{
    private readonly byte[]? data;
    private readonly RereadFile? file;

    public ConfiguredBytes(byte[] data) => this.data = data;

    public ConfiguredBytes(RereadFile file) => this.file = file;

    /// <summary>Where they come from, for people.</summary>
    public string Origin => file?.Path ?? "the configuration";

    /// <summary>The bytes: the same array for as long as they are equal.</summary>
    /// <exception cref="ClusterConfigurationException">The file cannot be read.</exception>
    public byte[] Read() => data ?? file!.Read();

    /// <summary>Makes the next read look at the disk.</summary>
    public void Forget() => file?.Forget();
}
