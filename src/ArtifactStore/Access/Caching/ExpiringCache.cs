using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Provenance.ArtifactStore.Access.Caching;

/// <summary>
/// What was found out about secrets, for a short time. The keys are hashes under a key of this process: neither the cache nor a dump of
/// the memory that it takes holds a secret, and nobody can choose secrets that collide.
/// </summary>
internal sealed class ExpiringCache<T>(TimeProvider time, int capacity)
{
    private readonly ConcurrentDictionary<UInt128, (T Value, DateTimeOffset End)> entries = new();
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The key of a secret.</summary>
    public UInt128 KeyOf(string name, string secret)
    {
        // The length parts the two, so that "a" and "bc" are not "ab" and "c".
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{name.Length}:{name}{secret}"), hash);
        return BitConverter.ToUInt128(hash);
    }

    /// <summary>What is known and has not expired.</summary>
    public bool TryGet(UInt128 entry, out T value)
    {
        bool found = entries.TryGetValue(entry, out var known) && time.GetUtcNow() < known.End;
        value = found ? known.Value : default!;
        return found;
    }

    /// <summary>Remembers a value until the given time.</summary>
    public void Set(UInt128 entry, T value, DateTimeOffset end)
    {
        if (entries.Count >= capacity)
        {
            var now = time.GetUtcNow();
            foreach (var (old, known) in entries)
            {
                if (known.End <= now)
                {
                    entries.TryRemove(old, out _);
                }
            }

            if (entries.Count >= capacity)
            {
                entries.Clear();
            }
        }

        entries[entry] = (value, end);
    }
}
