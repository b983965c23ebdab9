using System.IO.Pipelines;
using System.Security.Cryptography;
using Provenance.ArtifactStore.Blobs.Disks;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Folders;
using Provenance.ArtifactStore.Logs;
using Provenance.ArtifactStore.Tests.Logs;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Blobs.Disks;

/// <summary>Who asks for a blob and then does not take it costs a little memory, however large the blob is.</summary>
public sealed class StalledReceiverTests : DiskBlobTest
{
    private const int MostBuffered = 64 * 1024;
    [Theory]
    [InlineData(1024 * 1024, false)]
    [InlineData(4 * 1024 * 1024, false)]
    [InlineData(4 * 1024 * 1024, true)]
    [InlineData((6 * 1024 * 1024) + 12_345, false)]
    [InlineData((6 * 1024 * 1024) + 12_345, true)]
    public async Task A_receiver_that_stalls_has_one_slice_waiting_for_it_and_gets_the_rest_when_it_goes_on(int size, bool wasReadBefore)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        var digest = Digest.Of(content);
        await Store.WriteAsync(digest, new MemoryStream(content), content.Length, None);
        if (wasReadBefore)
        {
            using var earlier = (await Store.OpenAsync(digest, None))!;
            await earlier.CopyToAsync(PipeWriter.Create(Stream.Null), 0, size, None);
        }

        // As a server's response that waits for the connection whenever anything is unsent.
        var response = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        using var blob = (await Store.OpenAsync(digest, None))!;
        var sending = blob.CopyToAsync(response.Writer, 0, size, None);
        using var received = new MemoryStream();
        while (received.Length < size)
        {
            var waiting = await response.Reader.ReadAsync(None);
            waiting.Buffer.Length.Should().BeLessThanOrEqualTo(MostBuffered);
            sending.IsCompleted.Should().BeFalse();
            foreach (var part in waiting.Buffer)
            {
                received.Write(part.Span);
            }

            response.Reader.AdvanceTo(waiting.Buffer.End);
        }

        await sending;
        received.ToArray().AsSpan().SequenceEqual(content).Should().BeTrue();
    }
}
