using System.Security.Cryptography;
using Provenance.Attestor.Bundles;
using Provenance.Attestor.Envelopes;
using Provenance.Attestor.Rekor;
using Provenance.Attestor.Signing;
using Provenance.Attestor.SigningServices;
using Provenance.Attestor.Transparency;
using Provenance.Testing.Sigstore;

namespace Provenance.Attestor.Tests.Rekor;

/// <summary>A log of version 2 took an entry while its answer was lost: the entry is proven from the tree that the log publishes.</summary>
public sealed class LostAnswerTests : IDisposable
{
    private static readonly byte[] Statement = "{}"u8.ToArray();

    private readonly KeySigner key = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly KeySigner otherKey = KeySigner.From(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly Wire wire = new();

    public void Dispose()
    {
        key.Dispose();
        otherKey.Dispose();
        wire.Dispose();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 0)]
    [InlineData(5, 100)]
    [InlineData(254, 0)]
    [InlineData(255, 0)]
    [InlineData(256, 300)]
    [InlineData(700, 70)]
    public async Task The_entry_is_that_of_which_the_answer_was_lost(int earlier, int later)
    {
        await using var sigstore = await StartAsync(earlier);
        var signature = Sign(key);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        wire.BeforeTree = () => sigstore.EnterOthers(later);

        var entry = await EnterAsync(sigstore, signature);

        entry.LogIndex.Should().Be(earlier);
        entry.Proof!.TreeSize.Should().Be(earlier + 1 + later, "nobody entered it a second time");
        sigstore.Requests(SigstoreService.RekorV2).Should().Be(2, "the request whose answer was lost, and the one that met a conflict");
        LogEntryVerifier.Verify(entry, signature, SignerOf(key), sigstore.ReadTrustedRoot().Logs).Index.Should().Be(earlier);
    }

    [Fact]
    public async Task It_is_written_as_the_log_itself_would_have()
    {
        await using var sigstore = await StartAsync(300);
        wire.LosesAnswer = true;

        var found = await EnterAsync(sigstore, Sign(key));

        // The log signs each checkpoint anew, and no two such signatures are the same.
        found.Should().BeEquivalentTo(LogAnswer.ReadVersion2(wire.Lost), static options => options.ComparingByMembers<LogEntry>().ComparingByMembers<InclusionProof>()
            .Using<ReadOnlyMemory<byte>>(static context => context.Subject.ToArray().Should().Equal(context.Expectation.ToArray())).WhenTypeIs<ReadOnlyMemory<byte>>()
            .Excluding(static entry => entry.Proof!.Checkpoint));
    }

    [Fact]
    public async Task A_log_that_says_where_in_words_alone_is_understood()
    {
        await using var sigstore = await StartAsync(5);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        wire.DropsPlace = true;

        (await EnterAsync(sigstore, Sign(key))).LogIndex.Should().Be(5);
    }

    [Fact]
    public async Task A_tree_that_lags_behind_its_log_is_waited_for()
    {
        await using var sigstore = await StartAsync(5);
        var signature = Sign(key);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        sigstore.PublishedEntries = 5;

        var thrown = (await Entering(sigstore, signature).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.Unavailable);
        thrown.IsTransient.Should().BeTrue();
        thrown.Service.Should().Be(new Uri(sigstore.Uri).Authority);
        sigstore.PublishedEntries = null;
        (await EnterAsync(sigstore, signature)).LogIndex.Should().Be(5);
    }

    [Fact]
    public async Task A_partial_tile_that_made_room_for_the_whole_one_is_read_from_it()
    {
        await using var sigstore = await StartAsync(250);
        var signature = Sign(key);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        sigstore.PublishedEntries = 253;
        wire.BeforeTree = () => sigstore.EnterOthers(20);

        var entry = await EnterAsync(sigstore, signature);

        entry.Proof!.TreeSize.Should().Be(253);
        wire.Asked.Should().Equal(["checkpoint", "tile/0/000.p/253", "tile/0/000"]);
    }

    [Theory]
    [InlineData(TreeLie.EntryElsewhere, "TLOG_MISMATCH")]
    [InlineData(TreeLie.OfAnotherLog, "TLOG_UNTRUSTED")]
    [InlineData(TreeLie.TileWrong, "TLOG_PROOF")]
    [InlineData(TreeLie.TileShort, "TLOG_PROOF")]
    public async Task A_log_that_lies_about_its_tree_is_refused(TreeLie lie, string code)
    {
        await using var sigstore = await StartAsync(5);
        sigstore.TreeLie = lie;

        await RefusesAsync(sigstore, code);
    }

    [Theory]
    [InlineData(SigstoreLie.CheckpointRootWrong, "TLOG_PROOF")]
    [InlineData(SigstoreLie.CheckpointByAnotherKey, "TLOG_PROOF")]
    [InlineData(SigstoreLie.EntryOfAnotherSignature, "TLOG_MISMATCH")]
    [InlineData(SigstoreLie.EntryOfAnotherSigner, "TLOG_MISMATCH")]
    public async Task A_log_that_signed_or_entered_something_else_is_refused(SigstoreLie lie, string code)
    {
        await using var sigstore = await StartAsync(5);
        sigstore.Lie = lie;

        await RefusesAsync(sigstore, code);
    }

    [Fact]
    public async Task A_tree_whose_first_hash_is_wrong_does_not_pass_for_that_of_its_first_entry()
    {
        await using var sigstore = await StartAsync(0);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        sigstore.TreeLie = TreeLie.TileWrong;

        (await Entering(sigstore, Sign(key)).Should().ThrowAsync<SigningServiceException>()).Which.Message.Should().Contain("TLOG_MISMATCH");
    }

    [Fact]
    public async Task Something_else_than_a_tree_is_refused()
    {
        foreach (var fault in new[] { SigstoreFault.Malformed, SigstoreFault.Oversized, SigstoreFault.Redirect(new Uri("https://elsewhere.example.com/")) })
        {
            await using var sigstore = await StartAsync(5);
            sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
            sigstore.Break(SigstoreService.RekorV2Tree, fault);

            (await Entering(sigstore, Sign(key)).Should().ThrowAsync<SigningServiceException>()).Which.Code.Should().Be(SigningServiceException.BadAnswer);
        }
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task A_log_whose_tree_is_at_another_address_does_not_give_the_entry_out(int status)
    {
        await using var sigstore = await StartAsync(5);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        sigstore.Break(SigstoreService.RekorV2Tree, SigstoreFault.Status(status));

        await Entering(sigstore, Sign(key)).Should().ThrowAsync<EntryExistsException>();

        sigstore.Requests(SigstoreService.RekorV2Tree).Should().Be(1);
    }

    [Fact]
    public async Task A_tree_that_is_away_is_no_reason_for_another_signature()
    {
        await using var sigstore = await StartAsync(5);
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);
        sigstore.Break(SigstoreService.RekorV2Tree, SigstoreFault.Status(503));

        (await Entering(sigstore, Sign(key)).Should().ThrowAsync<SigningServiceException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task Nobody_elses_entry_is_taken_for_ours()
    {
        await using var sigstore = await StartAsync(0);
        var own = Sign(key);
        await EnterAsync(sigstore, Sign(otherKey), otherKey);
        await EnterAsync(sigstore, own);
        sigstore.TreeLie = TreeLie.EntryElsewhere;

        var thrown = (await Entering(sigstore, own).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.BadAnswer);
        thrown.Message.Should().Contain("at 0");
    }

    private static Task<LoopbackSigstore> StartAsync(int earlier) => LoopbackSigstore.StartAsync(new LoopbackSigstoreOptions { EarlierEntries = earlier });

    private static EnvelopeContent Sign(KeySigner key) =>
        new(Envelope.OfStatement(Statement, key.Sign(PreAuthenticationEncoding.Of(Envelope.StatementPayloadType, Statement))));

    private static LoggedSigner SignerOf(KeySigner key) => new(IsCertificate: false, key.PublicKey.SubjectPublicKeyInfo);

    /// <summary>Has the log lose its answer, and what it then says of the entry be refused for good.</summary>
    private async Task RefusesAsync(LoopbackSigstore sigstore, string code)
    {
        sigstore.Break(SigstoreService.RekorV2, SigstoreFault.Lost, times: 1);

        var thrown = (await Entering(sigstore, Sign(key)).Should().ThrowAsync<SigningServiceException>()).Which;

        thrown.Code.Should().Be(SigningServiceException.BadAnswer);
        thrown.Message.Should().Contain(code);
        thrown.IsTransient.Should().BeFalse();
    }

    private Func<Task> Entering(LoopbackSigstore sigstore, EnvelopeContent content) => () => EnterAsync(sigstore, content);

    private async Task<LogEntry> EnterAsync(LoopbackSigstore sigstore, EnvelopeContent content, KeySigner? by = null)
    {
        using var http = new HttpClient(wire, disposeHandler: false);
        var connection = new ServiceConnection(http, TimeProvider.System, new ServiceOptions { RetryDelay = TimeSpan.Zero });
        var log = new RekorLog(new Uri(sigstore.Uri), 2, connection, sigstore.ReadTrustedRoot().Logs);
        return await log.EnterAsync(content, SignerOf(by ?? key), CancellationToken.None);
    }

    /// <summary>What is between us and the log.</summary>
    private sealed class Wire() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        private const string Prefix = "/api/v2/";

        /// <summary>Whether the header gets lost that says where an entry is, as logs before 2.1 had none.</summary>
        public bool DropsPlace { get; set; }

        /// <summary>Whether the next answer gets lost.</summary>
        public bool LosesAnswer { get; set; }

        /// <summary>The answer that got lost.</summary>
        public byte[] Lost { get; private set; } = [];

        /// <summary>What happens before the first file of the tree is read.</summary>
        public Action? BeforeTree { get; set; }

        /// <summary>What was read of the tree.</summary>
        public List<string> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Get)
            {
                BeforeTree?.Invoke();
                BeforeTree = null;
                Asked.Add(request.RequestUri!.AbsolutePath[Prefix.Length..]);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            if (LosesAnswer)
            {
                Lost = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                LosesAnswer = false;
                answer.Dispose();
                throw new HttpRequestException("the connection broke");
            }

            if (DropsPlace)
            {
                answer.Headers.Remove("x-log-index");
            }

            return answer;
        }
    }
}
