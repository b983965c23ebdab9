using System.Collections.Concurrent;
using System.Text;
using Provenance.ArtifactStore.Access.Caching;
using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Access.Passwords;

/// <summary>
/// Checks passwords against an htpasswd file, which is read again when it changes. Hashing is meant to be slow, so at most half of the
/// cores do it at a time, the number of those that wait is bounded, equal questions share an answer, and a right password is known again
/// for a minute, or until the file changes.
/// </summary>
internal sealed class PasswordVerifier : IDisposable
{
    private const int MaximumWaiting = 64;
    private const int MaximumKnown = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly RereadFile<PasswordTable> file;
    private readonly TimeProvider time;
    private readonly ExpiringCache<BcryptHash> known;
    private readonly ConcurrentDictionary<(UInt128 Entry, BcryptHash Hash), Lazy<Task<PasswordCheck>>> running = new();
    private readonly SemaphoreSlim turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int waiting;
    private int computed;

    /// <summary>Opens the file; the problem, if it cannot be used later on, goes to <paramref name="trouble"/>.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used now.</exception>
    public PasswordVerifier(string path, TimeProvider time, Action<string>? trouble)
    {
        this.time = time;
        file = new RereadFile<PasswordTable>(path, PasswordTable.MaximumSize, static bytes => PasswordTable.Parse(bytes), time, trouble);
        known = new ExpiringCache<BcryptHash>(time, MaximumKnown);
    }

    /// <summary>How many passwords were hashed; for tests.</summary>
    internal int Computed => computed;

    /// <summary>Checks a password.</summary>
    public ValueTask<PasswordCheck> CheckAsync(string user, string password)
    {
        var hash = file.Current.HashOf(user);
        var entry = known.KeyOf(user, password);

        // What is remembered is the hash that matched: a changed line of the file ends it at once.
        if (known.TryGet(entry, out var matched) && ReferenceEquals(matched, hash))
        {
            return ValueTask.FromResult(PasswordCheck.Right);
        }

        var key = (entry, hash);
        return new(running.GetOrAdd(key, _ => new(() => ComputeAsync(key, password))).Value);
    }

    /// <inheritdoc/>
    public void Dispose() => turns.Dispose();

    private async Task<PasswordCheck> ComputeAsync((UInt128 Entry, BcryptHash Hash) key, string password)
    {
        try
        {
            if (Interlocked.Increment(ref waiting) > MaximumWaiting)
            {
                return PasswordCheck.Busy;
            }

            await turns.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                Interlocked.Increment(ref computed);
                bool right = await Task.Run(() => key.Hash.Matches(Encoding.UTF8.GetBytes(password))).ConfigureAwait(false);
                if (right)
                {
                    known.Set(key.Entry, key.Hash, time.GetUtcNow() + Lifetime);
                }

                return right ? PasswordCheck.Right : PasswordCheck.Wrong;
            }
            finally
            {
                turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
            running.TryRemove(key, out _);
        }
    }
}
