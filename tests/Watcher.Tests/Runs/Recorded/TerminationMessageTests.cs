using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Provenance.Watcher.Runs.Recorded;

namespace Provenance.Watcher.Tests.Runs.Recorded;

/// <summary>A termination message is a record of artifacts in one of two forms, or it is prose.</summary>
public sealed class TerminationMessageTests
{
    private const string Record = """{"inputs": [], "outputs": [{"name": "a", "values": []}]}""";

    [Theory]
    [InlineData(Record)]
    [InlineData("\n  " + Record + "\n")]
    [InlineData("""{"outputs": []}""")]
    [InlineData("""[{"key": "StartedAt", "value": "2026-01-01T00:00:00Z", "type": 3}, {"key": "a", "value": "{\"outputs\": []}", "type": 5}]""")]
    public void A_record_is_read(string message)
    {
        TerminationMessage.Read(message, out string? problem).GetProperty("outputs").ValueKind.Should().Be(JsonValueKind.Array);
        problem.Should().BeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("exit status 1")]
    [InlineData("outputs: []")]
    [InlineData("done {\"outputs\": []}")]
    [InlineData("{\"outputs\": []} {\"outputs\": []}")]
    [InlineData("{\"outputs\": [")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1, null, {}]")]
    [InlineData("{\"outputs\": {}}")]
    [InlineData("{\"outputs\": [], \"level\": \"info\"}")]
    [InlineData("{\"Outputs\": []}")]
    [InlineData("{\"outputs\": [], \"outputs\": []}")]
    [InlineData("{\"outputs\": [\"\\ud800\"]}")]
    [InlineData("[{\"key\": \"a\", \"value\": \"{\\\"outputs\\\": []}\", \"type\": 1}]")]
    [InlineData("[{\"key\": \"a\", \"value\": \"{\\\"outputs\\\": []}\", \"type\": \"5\"}]")]
    [InlineData("[{\"key\": \"StartedAt\", \"value\": \"2021-08-25T13:32:22.875Z\", \"type\": \"InternalTektonResult\"}]")]
    [InlineData("{\"outputs\": [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}")]
    public void Everything_else_is_prose_and_no_guess_is_made(string? message)
    {
        TerminationMessage.Read(message, out string? problem).ValueKind.Should().Be(JsonValueKind.Undefined);
        problem.Should().BeNull();
    }

    [Fact]
    public void A_record_that_the_kubelet_cut_off_is_reported()
    {
        string message = $$"""{"outputs": [{{string.Join(",", Enumerable.Repeat("""{"name": "a", "values": []}""", 200))}}]}"""[..4096];
        TerminationMessage.Read(message, out string? problem).ValueKind.Should().Be(JsonValueKind.Undefined);
        problem.Should().Contain("cut off at 4096 bytes");
    }

    [Fact]
    public void A_message_longer_than_a_kubelet_keeps_is_reported()
    {
        TerminationMessage.Read($$"""{"outputs": [{{new string(' ', 13000)}}]}""", out string? problem).ValueKind.Should().Be(JsonValueKind.Undefined);
        problem.Should().Contain("more than a kubelet keeps");
    }

    [Fact]
    public void A_forged_entry_beside_the_entrypoints_is_refused_with_it()
    {
        TerminationMessage.Read("""[{"key": "/a", "value": "{\"outputs\": [1]}", "type": 5}, {"key": "/tekton/x", "value": "{\"outputs\": []}", "type": 5}]""", out string? problem).ValueKind.Should().Be(JsonValueKind.Undefined);
        problem.Should().Contain("holds 2 records");
    }

    [Fact]
    public void An_entry_that_is_said_to_be_a_record_and_is_none_is_reported()
    {
        TerminationMessage.Read("""[{"key": "/a", "value": "{\"images\": []}", "type": 5}]""", out string? problem).ValueKind.Should().Be(JsonValueKind.Undefined);
        problem.Should().Contain("not of the form");
    }

    [Fact]
    public void No_message_is_read_with_an_exception()
    {
        var pieces = Gen.Elements("{", "}", "[", "]", "\"outputs\"", "\"inputs\"", ":", ",", "\"\\ud800\"", "5", "\"type\"", "\"value\"", "\"{\\\"outputs\\\":[]}\"", "\0", "null", "\ud83d\ude00", "\ud83d");
        Prop.ForAll(pieces.ListOf().ToArbitrary(), static p =>
        {
            TerminationMessage.Read(string.Concat(p), out _);
            TerminationMessage.TryReadRecord(string.Concat(p), out _);
        }).QuickCheckThrowOnFailure();
    }
}
