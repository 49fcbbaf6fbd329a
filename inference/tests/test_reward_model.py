"""Reward models on disk: what is loaded, what is refused, what is written. The reference is a plain forward over the weights on disk."""

import json
import shutil

import pytest
import torch
from transformers import AutoConfig, AutoModel, AutoTokenizer

from inference.reward import RewardRefused, RewardUnavailable, forms
from inference.reward.model import ProcessRewardModel, RewardModel, load, over, save
from inference.tests.reward_checkpoints import LLAMA, QWEN2, QWEN3, plain, read_shards, write, write_shards

pytestmark = pytest.mark.usefixtures("one_thread")
TOKENS = [1, 50, 60, 70, 200, 300, 2, 99, 3]
FAMILIES = {"Qwen2": QWEN2, "Llama": LLAMA, "Qwen3": QWEN3}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write(tmp_path_factory.mktemp("checkpoints") / "rm")


@pytest.fixture
def folder(written, tmp_path):
    """A copy to spoil."""
    return shutil.copytree(written, tmp_path / "rm")


@torch.no_grad()
def outputs(model) -> torch.Tensor:
    return model(torch.tensor([TOKENS]))[0]


@pytest.mark.parametrize(("kind", "count"), [("ForRewardModel", 1), ("ForProcessRewardModel", 2)])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_checkpoint_computes_what_a_plain_forward_does(tmp_path, family, kind, count):
    folder = write(tmp_path, FAMILIES[family], outputs=count, architecture=family + kind)
    model = load(folder)
    assert type(model).__name__ == family + kind
    assert isinstance(model, ProcessRewardModel) == (count == 2)
    assert not model.training
    reference = plain(folder, TOKENS)
    assert reference.shape == (len(TOKENS), count)
    assert reference.std(0).min() > 0.05  # the tokens matter, so that agreement says something
    assert torch.allclose(outputs(model), reference, atol=1e-5)


def test_settings_of_older_checkpoints_are_heeded(tmp_path):
    folder = write(tmp_path, QWEN2 | {"rope_theta": 500.0})
    assert load(folder).config.rope_parameters["rope_theta"] == 500.0


def test_half_precision_stays_as_it_is_on_disk_and_the_head_computes_in_full(tmp_path):
    model = load(write(tmp_path, dtype=torch.bfloat16))
    assert model.dtype == torch.bfloat16
    assert {parameter.dtype for parameter in model.score.parameters()} == {torch.float32}
    reference = plain(tmp_path, TOKENS)  # in float32 throughout
    assert torch.allclose(outputs(model), reference, atol=0.1)
    assert torch.allclose(outputs(load(tmp_path, precision="float32")), reference, atol=1e-5)


def test_layers_can_be_mapped_to_devices(written):
    model = load(written, device_map="auto")
    assert torch.allclose(outputs(model).cpu(), plain(written, TOKENS), atol=1e-4)


@pytest.mark.parametrize(("precision", "share"), [("int8", 0.35), ("int4", 0.25)])
def test_quantised(written, precision, share):
    """The backbone's matrices shrink (the tiny model's embeddings do not), the head stays, the scores stay near."""
    pytest.importorskip("bitsandbytes")
    model, whole = load(written, precision=precision, device_map={"": "cpu"}), load(written)
    layer, reference = model.model.layers[0].mlp.up_proj.weight, whole.model.layers[0].mlp.up_proj.weight
    assert layer.nbytes <= share * reference.nbytes
    assert {parameter.dtype for parameter in model.score.parameters()} == {torch.float32}
    assert not torch.equal(outputs(model), outputs(whole))
    assert torch.allclose(outputs(model), outputs(whole), atol=0.6)


def test_quantising_says_what_it_needs(written, monkeypatch):
    monkeypatch.setattr("inference.reward.model.find_spec", lambda name: None)
    with pytest.raises(RewardRefused, match="bitsandbytes"):
        load(written, precision="int4")


def test_an_unknown_precision(written):
    with pytest.raises(RewardRefused, match="int3 is no precision; known are auto, float32"):
        load(written, precision="int3")


# --- What is refused -----------------------------------------------------------------------------------------------------


def change_settings(folder, **changes) -> None:
    settings = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(settings))


def change_weights(folder, change) -> None:
    weights = read_shards(folder)
    for file in folder.glob("*.safetensors"):
        file.unlink()
    change(weights)
    write_shards(folder, weights, 2)


def shard_with(folder, name: str):
    return folder / json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"][name]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(
            lambda folder: change_weights(folder, lambda weights: weights.pop("score.2.bias")),
            r"score\.2\.bias \(1 in all\) are missing",
            id="no head",
        ),
        pytest.param(
            lambda folder: change_weights(folder, lambda weights: weights.pop("model.layers.1.self_attn.q_proj.bias")),
            r"model\.layers\.1\.self_attn\.q_proj\.bias \(1 in all\) are missing",
            id="a hole in the backbone",
        ),
        pytest.param(
            lambda folder: change_weights(folder, lambda weights: weights.update({"v_head.summary.weight": torch.ones(1)})),
            r"v_head\.summary\.weight \(1 in all\) are left over",
            id="another head",
        ),
        pytest.param(
            lambda folder: change_weights(folder, lambda weights: weights.update({"score.2.weight": torch.ones(2, 128)})),
            r"score\.2\.weight \(1 in all\) have another shape",
            id="two outputs for one",
        ),
        pytest.param(
            lambda folder: change_settings(folder, num_hidden_layers=40), r"model\.layers\.10\.[^;]*\(444 in all\) are missing", id="layers"
        ),
        pytest.param(lambda folder: shard_with(folder, "score.0.weight").unlink(), "cannot be loaded", id="a lost shard"),
        pytest.param(lambda folder: shard_with(folder, "score.0.weight").write_bytes(b"x" * 999), "cannot be loaded", id="garbage"),
        pytest.param(
            lambda folder: (file := shard_with(folder, "score.0.weight")).write_bytes(file.read_bytes()[:-9]),
            "cannot be loaded",
            id="a cut shard",
        ),
        pytest.param(lambda folder: (folder / "model.safetensors.index.json").write_text("{"), "cannot be loaded", id="a broken index"),
        pytest.param(lambda folder: (folder / "model.safetensors.index.json").unlink(), "cannot be loaded", id="no index"),
        pytest.param(lambda folder: (folder / "config.json").write_text("[1]"), r"config\.json cannot be used", id="settings of a kind"),
        pytest.param(lambda folder: (folder / "config.json").unlink(), r"config\.json cannot be used", id="no settings"),
        pytest.param(lambda folder: change_settings(folder, model_type="zebra"), r"config\.json cannot be used", id="unknown family"),
        pytest.param(lambda folder: change_settings(folder, hidden_size="wide"), r"config\.json cannot be used", id="nonsense"),
        pytest.param(
            lambda folder: change_settings(folder, architectures=["Qwen2ForCausalLM"]), "its architecture is Qwen2For", id="no RM"
        ),
        pytest.param(lambda folder: (folder / "adapter_config.json").write_text("{}"), "merge it into its model", id="an adapter"),
    ],
)
def test_what_is_not_this_model_is_refused(folder, spoil, says):
    spoil(folder)
    with pytest.raises(RewardRefused, match=says) as caught:
        load(folder)
    assert "\n" not in str(caught.value)


def test_the_language_models_head_may_still_be_there(folder):
    change_weights(folder, lambda weights: weights.update({"lm_head.weight": torch.ones(400, 128)}))
    assert torch.allclose(outputs(load(folder)), plain(folder, TOKENS), atol=1e-5)


def test_pickles_are_not_read(folder):
    weights = read_shards(folder)
    for file in [*folder.glob("*.safetensors"), folder / "model.safetensors.index.json"]:
        file.unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(RewardRefused, match="cannot be loaded"):
        load(folder)


@pytest.mark.parametrize("source", ["/nowhere/at/all", "./nowhere", "~/nowhere"])
def test_a_folder_that_is_not_there(source):
    with pytest.raises(RewardRefused, match="There is no folder"):
        load(source)


# --- The hub -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The hub's cache, and no network."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_a_name_is_found_in_the_hubs_cache(written, cache):
    commit = "0123456789abcdef0123456789abcdef01234567"
    home = cache / "models--School--tiny-rm"
    shutil.copytree(written, home / "snapshots" / commit)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(commit)
    assert torch.allclose(outputs(load("School/tiny-rm")), plain(written, TOKENS), atol=1e-5)


def test_a_name_that_cannot_be_had_now(cache):
    with pytest.raises(RewardUnavailable, match="School/other cannot be downloaded"):
        load("School/other")


def test_a_name_that_is_none(cache):
    with pytest.raises(RewardRefused, match="neither a folder nor a model"):
        load("what/a/name")


# --- Making and saving ---------------------------------------------------------------------------------------------------


def backbone(settings: dict):
    torch.manual_seed(0)
    return AutoModel.from_config(AutoConfig.for_model(vocab_size=400, **settings)).eval()


@pytest.mark.parametrize("kind", [RewardModel, ProcessRewardModel])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_new_model_comes_back_the_same(tmp_path, family, kind):
    torch.manual_seed(3)
    model = over(backbone(FAMILIES[family]), kind)
    save(model, tmp_path, shard="200KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert torch.allclose(outputs(load(tmp_path)), outputs(model), atol=1e-6)
    assert torch.allclose(plain(tmp_path, TOKENS), outputs(model), atol=1e-5)


def test_the_head_of_a_new_model_follows_the_seed_and_the_backbone_stays(tmp_path):
    under = backbone(QWEN2)
    torch.manual_seed(3)
    first = over(under)
    torch.manual_seed(3)
    again = over(under)
    other = over(under)
    assert first.model is under
    assert torch.equal(first.score[0].weight, again.score[0].weight)
    assert not torch.equal(first.score[0].weight, other.score[0].weight)
    assert all(parameter.requires_grad and not parameter.is_meta for parameter in first.parameters())


def test_saved_models_have_the_released_names(tmp_path):
    model = over(backbone(QWEN2))
    save(model, tmp_path, tokenizer=AutoTokenizer.from_pretrained(write(tmp_path / "source")), form="plain")
    assert {name for name in read_shards(tmp_path) if not name.startswith("model.")} == {
        "score.0.weight",
        "score.0.bias",
        "score.2.weight",
        "score.2.bias",
    }
    settings = json.loads((tmp_path / "config.json").read_text())
    assert (settings["architectures"], settings["model_type"]) == (["Qwen2ForRewardModel"], "qwen2")
    assert forms.read(tmp_path).text("1+1", "2") == "Problem: 1+1\nSolution: 2"
    assert len(AutoTokenizer.from_pretrained(tmp_path)) > 256


@pytest.mark.parametrize("outputs_", [1, 2])
def test_a_llama_is_saved_as_the_qwen2_that_it_is(tmp_path, outputs_):
    """vLLM knows the head over Qwen2 alone."""
    kind = {1: "RewardModel", 2: "ProcessRewardModel"}[outputs_]
    model = load(write(tmp_path / "llama", LLAMA, outputs=outputs_, architecture=f"LlamaFor{kind}", dtype=torch.bfloat16))
    save(model, tmp_path / "saved")
    saved = load(tmp_path / "saved")
    assert type(saved).__name__ == f"Qwen2For{kind}"
    assert saved.dtype == torch.bfloat16
    assert saved.config.rope_parameters["rope_theta"] == 100000
    assert torch.equal(outputs(saved), outputs(model))
    assert type(model).__name__ == f"LlamaFor{kind}"  # what was given is left alone


def test_a_llama_that_is_none_of_qwen2s_is_saved_as_it_is(tmp_path):
    model = load(write(tmp_path / "llama", LLAMA | {"attention_bias": True}, architecture="LlamaForRewardModel"))
    save(model, tmp_path / "saved")
    saved = load(tmp_path / "saved")
    assert type(saved).__name__ == "LlamaForRewardModel"
    assert torch.equal(outputs(saved), outputs(model))


def test_training_reaches_head_and_backbone(tmp_path):
    """Two answers of one group are driven apart, as a trainer does it; what is saved remembers."""
    torch.manual_seed(0)
    model = over(backbone(QWEN2)).train()
    good, bad = torch.tensor([[5, 6, 7]]), torch.tensor([[5, 6, 8]])
    before = {name: parameter.clone() for name, parameter in model.named_parameters()}
    for _ in range(10):
        model.zero_grad()
        margin = model(good)[0, -1, 0] - model(bad)[0, -1, 0]
        torch.nn.functional.softplus(-margin).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 0.5 * parameter.grad
    changed = {name for name, parameter in model.named_parameters() if not torch.equal(parameter, before[name])}
    assert {"score.0.weight", "score.2.weight", "model.layers.0.self_attn.q_proj.weight"} <= changed
    save(model.eval(), tmp_path)
    saved = load(tmp_path)
    assert saved(good)[0, -1, 0] - saved(bad)[0, -1, 0] > 0.1


def test_lora_with_the_head_trained_in_full_merges_into_the_released_names(tmp_path):
    peft = pytest.importorskip("peft")
    torch.manual_seed(0)
    model = over(backbone(QWEN2))
    wrapped = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], modules_to_save=["score"]))
    wrapped.enable_input_require_grads()
    wrapped.gradient_checkpointing_enable()
    wrapped.train()(torch.tensor([TOKENS]))[0, -1, 0].backward()
    trained = {name: parameter for name, parameter in wrapped.named_parameters() if parameter.grad is not None}
    assert any("lora_B" in name for name in trained)
    assert any("score" in name for name in trained)
    with torch.no_grad():
        for parameter in trained.values():
            parameter += 0.1 * torch.sign(parameter.grad)
    expected = outputs(wrapped.eval())
    save(wrapped.merge_and_unload(), tmp_path)
    assert torch.allclose(outputs(load(tmp_path)), expected, atol=1e-5)
    assert torch.allclose(plain(tmp_path, TOKENS), expected, atol=1e-5)
