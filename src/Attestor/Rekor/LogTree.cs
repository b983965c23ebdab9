using System.Net;
using System.Security.Cryptography;
using System.Text;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Rekor;

/// <summary>
/// The tree of a log of version 2, as the log serves it under its interface: a checkpoint and tiles of hashes (C2SP tlog-tiles). It
/// proves an entry whose answer was lost. All that is read is the log's word, and what comes of it is verified as its answers are.
/// </summary>
/// <param name="url">The log, without the path of its interface.</param>
/// <param name="connection">Carries the requests.</param>
/// <param name="trusted">The logs of the trusted root, of which the tree must be.</param>
internal sealed class LogTree(Uri url, ServiceConnection connection, IReadOnlyList<TrustedLog> trusted)
{
    // A checkpoint with what witnesses add to it, a tile, or a page that says that there is none.
    private const int MaximumSize = 64 << 10;

    // The program that takes entries has no tree to read (501): whoever runs it puts the tree beside it, or elsewhere.
    private static readonly HashSet<HttpStatusCode> Answers =
        [HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented];

    /// <summary>The entry at a place, as the log would have answered. At most 33 requests.</summary>
    /// <param name="index">The place that the log named.</param>
    /// <param name="body">The entry.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="EvidenceException">What the log serves does not hold.</exception>
    /// <exception cref="EntryExistsException">The log does not serve its tree here.</exception>
    /// <exception cref="SigningServiceException">The log is away, or has not published the entry yet.</exception>
    public async Task<LogEntry> FindAsync(long index, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        byte[] note = await ReadAsync("checkpoint", cancellationToken).ConfigureAwait(false) ?? throw new EntryExistsException(url.Authority);
        string envelope = Encoding.UTF8.GetString(note);
        var checkpoint = Checkpoint.Parse(envelope);
        var log = LogEntryVerifier.FindSigner(checkpoint, trusted);
        if (index >= checkpoint.Size)
        {
            throw new SigningServiceException(
                SigningServiceException.Unavailable,
                $"The transparency log {url.Authority} says that it has the entry at {index}, and shows {checkpoint.Size} entries so far. Try again later.",
                isTransient: true)
            {
                Service = url.Authority,
            };
        }

        var tree = new TiledTree(checkpoint.Size);
        var wanted = tree.TilesFor(index);
        var read = await Task.WhenAll(wanted.Select(tile => ReadAsync(tile, cancellationToken))).ConfigureAwait(false);
        var tiles = wanted.Zip(read).ToDictionary(static one => one.First, static one => one.Second);
        byte[] leaf = MerkleTree.HashOf(body.Span);
        var there = tree.LeafAt(index, tiles);
        return there.Span.SequenceEqual(leaf)
            ? new LogEntry
            {
                LogIndex = index,
                LogId = log.Id,
                Kind = LogRequest.Version2Kind,
                Version = LogRequest.Version2KindVersion,
                IntegratedTime = 0,
                Promise = null,
                Proof = new InclusionProof(index, checkpoint.RootHash, checkpoint.Size, tree.PathTo(index, tiles), envelope),
                Body = body,
            }
            : throw new EvidenceException("TLOG_MISMATCH", $"The log says that it has the entry at {index}, and another one is there.")
            {
                Expected = $"the leaf {Convert.ToHexStringLower(leaf)}",
                Actual = Convert.ToHexStringLower(there.Span),
            };
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(TreeTile tile, CancellationToken cancellationToken)
    {
        int size = tile.Width * SHA256.HashSizeInBytes;
        byte[]? hashes = await ReadAsync(tile.Path, cancellationToken).ConfigureAwait(false);
        if (hashes is null && !tile.IsWhole)
        {
            // The tree has grown since its checkpoint, and the partial tile made room for the whole one.
            size = TreeTile.WholeSize;
            hashes = await ReadAsync(tile.WholePath, cancellationToken).ConfigureAwait(false);
        }

        return hashes is null
            ? throw new EntryExistsException(url.Authority)
            : hashes.Length == size
                ? hashes.AsMemory(0, tile.Width * SHA256.HashSizeInBytes)
                : throw new EvidenceException("TLOG_PROOF", $"A tile of the log's tree has {hashes.Length} bytes instead of {size}.");
    }

    private async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var answer = await connection.SendAsync(
            new ServiceRequest
            {
                Service = RekorLog.Service,
                Method = HttpMethod.Get,
                Uri = new Uri($"{url.AbsoluteUri.TrimEnd('/')}/api/v2/{path}"),
                MaximumSize = MaximumSize,
                Expected = Answers,
            },
            cancellationToken).ConfigureAwait(false);
        return answer.Status is HttpStatusCode.OK ? answer.Body : null;
    }
}
