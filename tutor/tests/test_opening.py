import pytest

from inference.reward import RewardError, RewardUnavailable
from tutor.absent import NoEngine
from tutor.opening import scorer_for

ENGINE = NoEngine("There is none.")


def test_without_a_reward_model_there_is_none(settings):
    assert scorer_for(ENGINE) is None


async def test_a_server_that_is_away_is_said(settings):
    settings.REWARD_URL = "http://127.0.0.1:9"
    scorer = scorer_for(ENGINE)
    with pytest.raises(RewardUnavailable):
        await scorer.score("1 + 1?", ["2"])
    await scorer.close()


async def test_an_address_that_is_none_is_said(settings):
    settings.REWARD_URL = "http://gpu:80o1"
    with pytest.raises(RewardUnavailable, match="The reward server's address cannot be used: .*80o1"):
        await scorer_for(ENGINE).score("1 + 1?", ["2"])


async def test_a_checkpoint_that_cannot_be_opened_is_said(settings, tmp_path):
    settings.REWARD_MODEL = str(tmp_path / "nothing")
    scorer = scorer_for(ENGINE)
    with pytest.raises(RewardError, match="nothing"):
        await scorer.score("1 + 1?", ["2"])
    await scorer.close()
