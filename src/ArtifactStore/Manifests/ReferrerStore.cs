using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>The referrers of subjects, one file an entry, so that any number of pushes at a time lose none.</summary>
internal sealed class ReferrerStore(DataFolder folder)
{
    /// <summary>Records that a manifest refers to a subject, which need not exist.</summary>
    public void Put(RepositoryFolder repository, Digest subject, Descriptor referrer)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            DescriptorFormat.Write(writer, referrer);
        }

        DurableFile.Write(folder, repository.Referrer(subject, referrer.Digest), json.WrittenSpan);
    }

    /// <summary>
    /// The referrers of a subject in the order of their digests, those after <paramref name="last"/> only. An entry counts only while
    /// the repository holds the manifest: one left by a push that never finished does not.
    /// </summary>
    public async IAsyncEnumerable<Descriptor> ListAsync(
        string repository, Digest subject, string? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var paths = new RepositoryFolder(folder, repository);
        string entries = paths.Referrers(subject);
        if (!Directory.Exists(entries))
        {
            yield break;
        }

        string[] names = [.. Directory.EnumerateFiles(entries).Select(file => Path.GetFileName(file))];
        Array.Sort(names, StringComparer.Ordinal);
        string? after = last?.Replace(':', '-');
        foreach (string name in names)
        {
            if (string.CompareOrdinal(name, after) > 0
                && Digest.TryParse(name.Replace('-', ':'), out var digest)
                && File.Exists(paths.Manifest(digest))
                && await ReadAsync(Path.Combine(entries, name), cancellationToken).ConfigureAwait(false) is { } referrer)
            {
                yield return referrer;
            }
        }
    }

    /// <summary>The subjects that a repository has referrers of.</summary>
    public IEnumerable<Digest> ListSubjects(string repository)
    {
        string path = new RepositoryFolder(folder, repository).Referrers();
        if (!Directory.Exists(path))
        {
            yield break;
        }

        foreach (string algorithm in Directory.EnumerateDirectories(path))
        {
            foreach (string subject in Directory.EnumerateDirectories(algorithm))
            {
                if (Digest.TryParse($"{Path.GetFileName(algorithm)}:{Path.GetFileName(subject)}", out var digest))
                {
                    yield return digest;
                }
            }
        }
    }

    private static async Task<Descriptor?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        byte[] json;
        try
        {
            json = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            // Deleted since the folder was listed.
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return DescriptorFormat.Read(document.RootElement, "referrer");
    }
}
