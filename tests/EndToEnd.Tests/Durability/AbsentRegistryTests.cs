using System.Net;
using Microsoft.AspNetCore.Http;
using Provenance.EndToEnd.Tests.FrontDoor;
using Provenance.EndToEnd.Tests.Processes;
using Provenance.Testing;
using Provenance.Testing.Registries;

namespace Provenance.EndToEnd.Tests.Durability;

/// <summary>The registry is away when a run ends, and comes back.</summary>
public sealed class AbsentRegistryTests
{
    [Fact]
    public async Task A_run_that_ends_while_the_registry_is_away_is_attested_once_when_it_is_back()
    {
        string hex = new('e', 64);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["runs"]);
        await File.WriteAllTextAsync(folder["runs/run.json"], RunFiles.TaskRun("patient", "https://downloads.example.com/patient.tar", hex));
        await using var registry = await LoopbackRegistry.StartAsync();
        using var client = new HttpClient();
        bool away = true;
        await using var front = await ScriptedServer.StartAsync(context => away ? RefuseAsync(context) : ForwardAsync(context, client, registry.Uri));
        await using var server = await ServingProcess.StartAsync(folder["data"], folder["runs"], "--repository", $"{front.Address}/attestations");
        await server.WaitAsync("several attempts", () => Task.FromResult(front.Requests.Count > 5));
        server.Output.Should().BeEmpty("the run is neither attested nor given up");
        away = false;
        (await server.WaitForRunAsync("TaskRun e2e/patient")).GetProperty("outcome").GetString().Should().Be("attested");
        using var referrers = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync(new Uri(registry.Uri, $"/v2/attestations/referrers/sha256:{hex}")));
        referrers.RootElement.GetProperty("manifests").GetArrayLength().Should().Be(1);
        (await server.StopAsync()).Should().Be(0);
    }

    [Fact]
    public async Task A_process_that_is_told_to_end_while_it_waits_for_the_registry_ends_and_keeps_the_run_for_the_next_start()
    {
        string hex = new('f', 64);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["runs"]);
        await File.WriteAllTextAsync(folder["runs/run.json"], RunFiles.TaskRun("waiting", "https://downloads.example.com/waiting.tar", hex));
        await using (var front = await ScriptedServer.StartAsync(RefuseAsync))
        {
            await using var server = await ServingProcess.StartAsync(folder["data"], folder["runs"], "--repository", $"{front.Address}/attestations");
            await server.WaitAsync("an attempt", () => Task.FromResult(front.Requests.Count > 0));
            (await server.StopAsync()).Should().Be(0);
        }

        await using var registry = await LoopbackRegistry.StartAsync();
        (await Executable.RunAsync("up", folder["runs"], "--once", "--port", "0", "--data", folder["data"], "--output", "json", "--repository", $"{registry.Address}/attestations"))
            .ShouldEndWith(0).Json.GetProperty("outcome").GetString().Should().Be("attested");
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static async Task ForwardAsync(HttpContext context, HttpClient client, Uri registry)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(registry, context.Request.Path + context.Request.QueryString));
        if (context.Request.ContentLength is > 0)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        using var answer = await client.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(static h => h.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        byte[] content = await answer.Content.ReadAsByteArrayAsync();
        if (content.Length > 0)
        {
            await context.Response.Body.WriteAsync(content);
        }
    }
}
