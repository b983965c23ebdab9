using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Keys;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Manifests;

/// <summary>The referrers of subjects, one key an entry, so that any number of pushes at a time lose none.</summary>
internal sealed class ReferrerStore(IKeyTable keys, IBlobStore blobs)
{
    // Descriptors are kept in memory; one with larger annotations is read from its manifest instead.
    private const int MaximumKept = 4096;
    private const int PageSize = 256;

    /// <summary>The change that records that a manifest refers to a subject, which need not exist.</summary>
    public static KeyChange Change(RepositoryKeys repository, Digest subject, Descriptor referrer)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, DescriptorFormat.WriterOptions))
        {
            DescriptorFormat.Write(writer, referrer);
        }

        return repository.Referrer(subject, referrer.Digest, json.WrittenCount <= MaximumKept ? json.WrittenMemory : default);
    }

    /// <summary>
    /// The referrers of a subject in the order of their digests, those after <paramref name="last"/> only. An entry counts only while
    /// the repository holds the manifest.
    /// </summary>
    public async IAsyncEnumerable<Descriptor> ListAsync(
        string repository, Digest subject, string? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new RepositoryKeys(repository);
        string prefix = RepositoryKeys.NameOf(subject, "");
        string after = prefix + last;
        while (true)
        {
            var page = keys.List(names.Referrers, after, PageSize);
            foreach (string name in page)
            {
                if (!name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    yield break;
                }

                if (Digest.TryParse(name[prefix.Length..], out var digest)
                    && await FindAsync(names, name, digest, cancellationToken).ConfigureAwait(false) is { } referrer)
                {
                    yield return referrer;
                }
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1];
        }
    }

    /// <summary>The subjects that a repository has referrers of.</summary>
    public IEnumerable<Digest> ListSubjects(string repository)
    {
        var names = new RepositoryKeys(repository);
        string? after = null;
        while (keys.List(names.Referrers, after, 1) is [var name])
        {
            string subject = name[..name.IndexOf('/', StringComparison.Ordinal)];
            if (Digest.TryParse(subject, out var digest))
            {
                yield return digest;
            }

            // The character after the slash: behind all referrers of this subject.
            after = subject + '0';
        }
    }

    private async ValueTask<Descriptor?> FindAsync(RepositoryKeys names, string name, Digest digest, CancellationToken cancellationToken)
    {
        if (!keys.TryFind(names.Manifests, digest.ToString(), out var mediaType) || !keys.TryFind(names.Referrers, name, out var json))
        {
            return null;
        }

        if (json.Length > 0)
        {
            using var document = JsonDocument.Parse(json);
            return DescriptorFormat.Read(document.RootElement, "referrer");
        }

        using var reader = await blobs.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (reader is null)
        {
            return null;
        }

        byte[] content = await reader.ReadAllAsync(ManifestDocument.MaximumSize, cancellationToken).ConfigureAwait(false);
        return ManifestDocument.Parse(content, Encoding.UTF8.GetString(mediaType.Span)).Describe(digest, content.Length);
    }
}
