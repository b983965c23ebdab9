using System.Text;
using Provenance.ArtifactStore.Blobs;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs;

namespace Provenance.ArtifactStore.Tests.Logs.PowerLoss;

/// <summary>What clients were told that is stored, and of what they were told nothing.</summary>
internal sealed class Expectation
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, HashSet<bool>> blobs = [];
    private readonly Dictionary<string, HashSet<string?>> keys = new(StringComparer.Ordinal);
    private readonly List<(int Blob, string Key, string Value)> together = [];

    /// <summary>Blobs of a few bytes, of some pages, and such that become files.</summary>
    public static byte[] Content(int blob) => LogFolder.Content(blob, (blob % 4) switch { 0 => 66_000 + (blob * 1000), 1 => 3000 + (blob * 300), _ => blob * 13 });

    public static Digest DigestOf(int blob) => Digest.Of(Content(blob));

    /// <summary>Runs a change of a blob, a key, or both as one; until it has ended, either may be.</summary>
    public async Task ChangeAsync(int? blob, bool isThere, string? key, string? value, Func<Task> change)
    {
        lock (gate)
        {
            if (blob is { } number)
            {
                bool wasAbsent = Allowed(blobs, number, false).SetEquals([false]);
                blobs[number].Add(isThere);
                if (key is not null && value is not null && isThere && wasAbsent)
                {
                    together.Add((number, key, value));
                }
            }

            if (key is not null)
            {
                Allowed(keys, key, null).Add(value);
            }
        }

        await change();
        lock (gate)
        {
            if (blob is { } number)
            {
                blobs[number] = [isThere];
            }

            if (key is not null)
            {
                keys[key] = [value];
            }

            together.RemoveAll(unit => unit.Blob == blob && unit.Key == key);
        }
    }

    /// <summary>Holds the store to it. What it was found to have, it must have from now on.</summary>
    public async Task ShouldHoldInAsync(StoreLog log, IBlobStore store, string story)
    {
        log.Start.Damage.Where(static damage => damage.WasDurable).Should().BeEmpty(story);
        foreach (int blob in blobs.Keys.ToList())
        {
            using var reader = await store.OpenAsync(DigestOf(blob), CancellationToken.None);
            byte[]? content = reader is null ? null : await reader.ReadAllAsync(int.MaxValue, CancellationToken.None);
            content?.Should().Equal(Content(blob), story);
            blobs[blob].Should().Contain(content is not null, "of blob {0}, {1}", blob, story);
            blobs[blob] = [content is not null];
        }

        foreach (string key in keys.Keys.ToList())
        {
            string? value = log.Keys.TryFind("t", key, out var entry) ? Encoding.UTF8.GetString(entry.Value.Span) : null;
            keys[key].Should().Contain(value, "of key {0}, {1}", key, story);
            keys[key] = [value];
        }

        foreach (var (blob, key, value) in together)
        {
            blobs[blob].Contains(true).Should().Be(keys[key].Contains(value), "blob {0} and its key {1} were one unit, {2}", blob, key, story);
        }

        together.Clear();
    }

    private static HashSet<TValue> Allowed<TName, TValue>(Dictionary<TName, HashSet<TValue>> all, TName name, TValue atFirst)
        where TName : notnull
    {
        if (!all.TryGetValue(name, out var allowed))
        {
            all[name] = allowed = [atFirst];
        }

        return allowed;
    }
}
