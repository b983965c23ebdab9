using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Registries;
using Provenance.Attestor.Attesting;

namespace Provenance.Watcher.Delivering;

/// <summary>
/// Remembers which runs are attested, one JSON line each, so that a restart asks the registry about none of them again. The registry
/// stays the record: a line is written only after the registry confirmed, and a line that is lost costs one look-up and nothing else.
/// </summary>
public sealed partial class AttestedRuns : IDisposable
{
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly string profile;
    private readonly string? ownRegistry;
    private readonly FileStream file;
    private readonly Lock turn = new();

    private AttestedRuns(FileStream file, string profile, string? ownRegistry)
    {
        this.file = file;
        this.profile = profile;
        this.ownRegistry = ownRegistry;
    }

    /// <summary>Opens the file, cutting off a last line that a crash left torn.</summary>
    /// <param name="path">The file; it is made if missing.</param>
    /// <param name="profile">
    /// What makes an attestation another one: signer, builder, build type and destination. Lines of other profiles count for nothing.
    /// </param>
    /// <param name="ownRegistry">
    /// The registry, <c>host:port</c>, that this installation serves itself; null where there is none. Its address may differ at every
    /// start, so that references to it are kept without.
    /// </param>
    public static AttestedRuns Open(string path, string profile, string? ownRegistry)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var runs = new AttestedRuns(file, profile, ownRegistry);
        runs.Load();
        return runs;
    }

    /// <summary>What was attested of a run; null where it was not.</summary>
    internal DeliveryReport? Find(DeliveryReport run) => !entries.TryGetValue(run.Key, out var entry) ? null : run with
    {
        Outcome = DeliveryOutcome.AlreadyAttested,
        Bundle = Digest.Parse(entry.Bundle),
        Subjects = [.. entry.Subjects.Select(s => new AttestedSubject
        {
            Name = s.Name,
            Digest = Digest.Parse(s.Digest),
            Attestation = s.Attestation is null ? null : Reference.Parse(s.Attestation.StartsWith('/') ? ownRegistry + s.Attestation : s.Attestation),
        })],
    };

    /// <summary>Remembers that every subject of a run has its attestation.</summary>
    internal void Remember(string key, AttestedRun run)
    {
        var entry = new Entry(
            key,
            profile,
            run.BundleDigest.ToString(),
            [.. run.Subjects.Select(s => new EntrySubject(s.Name, s.Digest.ToString(), Write(s.Attestation)))]);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, EntryContext.Default.Entry), (byte)'\n'];
        lock (turn)
        {
            file.Write(line);
            file.Flush();
        }

        entries[key] = entry;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private string? Write(Reference? attestation) =>
        attestation is not null && attestation.Registry == ownRegistry ? attestation.ToString()[ownRegistry.Length..] : attestation?.ToString();

    private void Load()
    {
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        int start = 0;
        while (content.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length)
        {
            if (TryRead(content.AsSpan(start, length)) is not { } entry)
            {
                break;
            }

            if (entry.Profile == profile)
            {
                entries[entry.Run] = entry;
            }

            start += length + 1;
        }

        file.SetLength(start);
        file.Seek(0, SeekOrigin.End);
    }

    private static Entry? TryRead(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, EntryContext.Default.Entry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    internal sealed record Entry(string Run, string Profile, string Bundle, IReadOnlyList<EntrySubject> Subjects);

    internal sealed record EntrySubject(string Name, string Digest, string? Attestation);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Entry))]
    internal sealed partial class EntryContext : JsonSerializerContext;
}
