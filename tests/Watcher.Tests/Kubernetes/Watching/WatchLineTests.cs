using System.Text;
using System.Text.Json;
using Provenance.Watcher.Kubernetes.Requests;
using Provenance.Watcher.Kubernetes.Watching;

namespace Provenance.Watcher.Tests.Kubernetes.Watching;

public sealed class WatchLineTests
{
    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"12"},"spec":{"metadata":{"resourceVersion":"no"}}}}""")]
    [InlineData("""{"object":{"kind":"K","metadata":{"resourceVersion":"12"}},"extra":[{}],"type":"ADDED"}""")]
    public void Parse_finds_the_object_and_its_version(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        var parsed = WatchLine.Parse(bytes);
        parsed.Kind.Should().Be(WatchEventKind.Added);
        Encoding.UTF8.GetString(bytes[parsed.ResourceVersion]).Should().Be("12");
        JsonDocument.Parse(bytes.AsMemory()[parsed.Object]).RootElement.TryGetProperty("metadata", out _).Should().BeTrue();
    }

    [Theory]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1","annotations":{"k8s.io/initial-events-end":"true"}}}}""", true)]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1","annotations":{"k8s.io/initial-events-end":"false"}}}}""", false)]
    [InlineData("""{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"1"},"annotations":{"k8s.io/initial-events-end":"true"}}}""", false)]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"resourceVersion":"1","annotations":{"k8s.io/initial-events-end":"true"}}}}""", false)]
    public void Only_a_bookmark_can_end_the_initial_events(string line, bool ends) =>
        WatchLine.Parse(Encoding.UTF8.GetBytes(line)).EndsInitialEvents.Should().Be(ends);

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":null}""")]
    [InlineData("""{"type":"RENAMED","object":{}}""")]
    [InlineData("""{"type":7,"object":{}}""")]
    [InlineData("""{"type":"ADDED","object":{}} {}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}""")]
    [InlineData("<html>")]
    public void Parse_refuses_what_is_no_event(string line)
    {
        var parse = () => WatchLine.Parse(Encoding.UTF8.GetBytes(line));
        parse.Should().Throw<JsonException>();
    }

    [Fact]
    public void An_object_of_a_tenant_that_nests_deeply_stops_no_watch()
    {
        string deep = $$$"""{"type":"ADDED","object":{"spec":{{{new string('[', 9000)}}}{{{new string(']', 9000)}}},"metadata":{"resourceVersion":"5"} } }""";
        byte[] bytes = Encoding.UTF8.GetBytes(deep);
        Encoding.UTF8.GetString(bytes[WatchLine.Parse(bytes).ResourceVersion]).Should().Be("5");
    }

    [Fact]
    public void Parse_allocates_nothing()
    {
        byte[] line = Encoding.UTF8.GetBytes($$$"""{"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"123456","annotations":{"k":"v"} },"spec":{"text":"{{{new string('x', 10_000)}}}"} } }""");
        var position = new WatchPosition();
        position.Set(line.AsSpan()[WatchLine.Parse(line).ResourceVersion]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            position.Set(line.AsSpan()[WatchLine.Parse(line).ResourceVersion]);
        }

        // The smallest object has 24 bytes. A collection that another thread causes counts what is left of this one's buffer, up to 8 KiB.
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16 << 10);
        position.ToString().Should().Be("123456");
    }

    [Fact]
    public async Task A_stream_gives_its_lines_without_allocating_for_each()
    {
        byte[] line = Encoding.UTF8.GetBytes($$$"""{"type":"MODIFIED","object":{"metadata":{"resourceVersion":"1"},"spec":"{{{new string('x', 1000)}}}"} }""" + "\n");
        byte[] body = [.. Enumerable.Repeat(line, 10_000).SelectMany(static l => l)];
        using var response = new HttpResponseMessage { Content = new StreamContent(new MemoryStream(body)) };
        var request = new ApiRequest { Verb = "watch", Resource = "pods", Target = "pods", Method = HttpMethod.Get, Path = "api/v1/pods" };
        using var stream = new WatchStream(request, response, 1024 * 1024, TimeProvider.System);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int lines = 0;
        for (; await stream.NextAsync(TimeSpan.FromMinutes(1), CancellationToken.None) is { IsEmpty: false } next; lines++)
        {
            WatchLine.Parse(next.Span);
        }

        lines.Should().Be(10_000);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(200_000, "that is 20 bytes for each, of which all belong to the buffers");
    }

    [Fact]
    public void A_page_names_its_items_wherever_its_metadata_stands()
    {
        var page = new ListPage();
        foreach (string json in (string[])[
            """{"metadata":{"resourceVersion":"9","continue":"next","remainingItemCount":3},"items":[{"a":[1,{}]},{"b":"}"}]}""",
            """{"items":[ {"a":[1,{}]} , {"b":"}"} ],"metadata":{"continue":"next","resourceVersion":"9"}}"""])
        {
            page.Parse(Encoding.UTF8.GetBytes(json));
            page.Items.Select(r => json[r]).Should().Equal("""{"a":[1,{}]}""", """{"b":"}"}""");
            (page.Continue, page.ResourceVersion).Should().Be(("next", "9"));
        }

        page.Parse("""{"items":null,"metadata":{"continue":"","resourceVersion":"9"}}"""u8);
        page.Items.Should().BeEmpty();
        page.Continue.Should().BeNull();
    }

    [Theory]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"metadata":{"resourceVersion":"9"}}""")]
    [InlineData("""{"metadata":{"resourceVersion":"9"},"items":[1]}""")]
    [InlineData("""{"metadata":{"resourceVersion":"9"},"items":[{}]""")]
    [InlineData("<html>")]
    public void A_page_that_is_none_is_refused(string json)
    {
        var parse = () => new ListPage().Parse(Encoding.UTF8.GetBytes(json));
        parse.Should().Throw<JsonException>();
    }
}
