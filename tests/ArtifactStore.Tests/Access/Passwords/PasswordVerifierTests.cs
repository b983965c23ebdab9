using System.Text;
using Provenance.ArtifactStore.Access.Passwords;
using Provenance.ArtifactStore.Configuring;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Access.Passwords;

public sealed class PasswordVerifierTests : IDisposable
{
    private const string Alice = "alice:$2y$05$zQ1sOxthHz6dclNp4J5QkOHBlTmrg1mnXUUfr7TGHpp.3bE07njlO\n";
    private const string Bob = "bob:$2y$05$z87TnBWtMkp80VZPYamRjONkws4ulMEfsN/fm7UVL9guzP1FHa50q\n";

    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();
    private readonly List<string> troubles = [];

    private string File => Path.Combine(folder.Path, "htpasswd");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_right_password_is_hashed_once_a_minute()
    {
        using var verifier = Open(Alice + Bob);
        for (int i = 0; i < 10; i++)
        {
            (await verifier.CheckAsync("alice", "correct horse")).Should().Be(PasswordCheck.Right);
        }

        verifier.Computed.Should().Be(1);
        time.Advance(TimeSpan.FromMinutes(1));
        (await verifier.CheckAsync("alice", "correct horse")).Should().Be(PasswordCheck.Right);
        verifier.Computed.Should().Be(2);
    }

    [Fact]
    public async Task Wrong_passwords_and_unknown_users_are_hashed_each_time_at_the_same_cost()
    {
        using var verifier = Open(Alice + Bob);
        for (int i = 0; i < 3; i++)
        {
            (await verifier.CheckAsync("alice", "wrong")).Should().Be(PasswordCheck.Wrong);
            (await verifier.CheckAsync("mallory", "wrong")).Should().Be(PasswordCheck.Wrong);
        }

        verifier.Computed.Should().Be(6, "an answer that comes faster for an unknown user says that there is none");
        var table = PasswordTable.Parse(Encoding.UTF8.GetBytes(Alice + Bob));
        table.HashOf("mallory").Cost.Should().Be(table.HashOf("alice").Cost);
        table.HashOf("mallory").Should().BeSameAs(table.HashOf("mallory"));
    }

    [Fact]
    public async Task Equal_questions_at_a_time_share_one_answer()
    {
        using var verifier = Open(Alice);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() => verifier.CheckAsync("alice", "correct horse").AsTask())));
        answers.Should().AllBeEquivalentTo(PasswordCheck.Right);
        verifier.Computed.Should().BeLessThan(10);
    }

    [Fact]
    public async Task More_different_questions_than_can_wait_are_turned_away()
    {
        using var verifier = Open(Alice);
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => verifier.CheckAsync("alice", $"guess {i}").AsTask()));
        answers.Should().Contain(PasswordCheck.Busy).And.Contain(PasswordCheck.Wrong).And.NotContain(PasswordCheck.Right);
        (await verifier.CheckAsync("alice", "correct horse")).Should().Be(PasswordCheck.Right, "the crowd is gone");
    }

    [Fact]
    public async Task A_changed_file_ends_what_was_known()
    {
        using var verifier = Open(Alice + Bob);
        (await verifier.CheckAsync("bob", "s3cret:with:colons")).Should().Be(PasswordCheck.Right);
        System.IO.File.WriteAllText(File, Alice);
        time.Advance(TimeSpan.FromSeconds(5));
        (await verifier.CheckAsync("bob", "s3cret:with:colons")).Should().Be(PasswordCheck.Wrong);
    }

    [Fact]
    public async Task A_file_that_became_faulty_is_complained_about_once_and_the_last_good_one_holds()
    {
        using var verifier = Open(Alice);
        System.IO.File.WriteAllText(File, "alice:$apr1$x$y\n");
        for (int i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            (await verifier.CheckAsync("alice", "correct horse")).Should().Be(PasswordCheck.Right);
        }

        troubles.Should().ContainSingle().Which.Should().Contain("line 1").And.NotContain("apr1");
    }

    [Theory]
    [InlineData("alice\n", "line 1")]
    [InlineData("# comment\n\n:x\n", "line 3")]
    [InlineData(Alice + Alice, "second time")]
    [InlineData("alice:plain text\n", "htpasswd -B")]
    [InlineData("al\tice:$2y$05$zQ1sOxthHz6dclNp4J5QkOHBlTmrg1mnXUUfr7TGHpp.3bE07njlO\n", "line 1")]
    public void A_faulty_file_stops_the_start_and_is_not_quoted(string content, string expected)
    {
        var open = () => Open(content);
        open.Should().Throw<ConfigurationException>().Which.Message.Should().Contain(expected).And.Contain(File).And.NotContain("plain text");
    }

    private PasswordVerifier Open(string content)
    {
        System.IO.File.WriteAllText(File, content);
        return new PasswordVerifier(File, time, troubles.Add);
    }
}
